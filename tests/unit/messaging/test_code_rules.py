"""The SMS that brings a sign-in code."""

import pytest

from chalicelib.access.sign_in_code_rules import render_code
from chalicelib.messaging.sms_encoding_rules import measure_sms


@pytest.mark.parametrize("code", ["1234", "123456", "12345678", "1234567890"])
def test_it_is_one_sms_that_tells_the_code_in_both_languages(code: str) -> None:
    text = render_code(code)
    english, swahili = text.split("\n")
    assert english.startswith(f"{code} is your Plotihub sign-in code")
    assert swahili.startswith(f"{code} ni nambari yako ya kuingia Plotihub")
    assert (measure_sms(text).encoding, measure_sms(text).parts) == ("gsm7", 1)


@pytest.mark.parametrize("secret", ["", "123", "12345678901", "Abc-12345", "١٢٣٤٥٦", "1234\n"])
def test_what_is_no_code_is_not_sent_and_not_told(secret: str) -> None:
    with pytest.raises(ValueError, match="no sign-in code") as told:
        render_code(secret)
    assert not secret or secret not in str(told.value)

"""Copies of issuers' keys in Parameter Store, as the emulator of AWS keeps them."""

import json
import uuid
from dataclasses import replace

import pytest

from chalicelib.access.key_jobs import keep_keys
from chalicelib.access.tokens import key_copy_name
from chalicelib.clock import SystemClock
from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsClient
from chalicelib.gateways.key_parameters import KeyParameters
from local.runner import event_at
from tests.issuers import issuing

pytestmark = pytest.mark.slow


@pytest.fixture
def copies(aws: str) -> KeyParameters:
    return KeyParameters(f"/plotihub-{uuid.uuid4().hex[:8]}/keys")


def test_what_is_kept_is_found_and_may_be_replaced(copies: KeyParameters) -> None:
    assert copies.find("west") is None
    copies.keep("west", "first")
    copies.keep("west", "second")
    assert copies.find("west") == "second"
    assert replace(copies, prefix="/elsewhere").find("west") is None


def test_a_store_that_does_not_answer_is_told(account: pytest.MonkeyPatch) -> None:
    account.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    copies = KeyParameters("/plotihub/keys", AwsClient("ssm", 1, 1))
    with pytest.raises(Unavailable, match="/plotihub/keys/west"):
        copies.find("west")
    with pytest.raises(Unavailable, match="/plotihub/keys/west"):
        copies.keep("west", "{}")


def test_the_clock_keeps_the_keys_of_every_issuer_that_answers(
    copies: KeyParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYS_PARAMETER_PREFIX", copies.prefix)
    with issuing("west") as west, issuing("central") as central:
        listed = [vars_of(each.setting()) for each in (west, central)]
        monkeypatch.setenv("TOKEN_ISSUERS", json.dumps(listed))
        event = event_at(SystemClock().now(), "keep_keys")
        assert keep_keys(event, None) == {"kept": 2}
        central.broken = True
        west.token("+254700000001", key_id="new")
        assert keep_keys(event, None) == {"kept": 1}
        for issuer, keys in ((west, {"first", "new"}), (central, {"first"})):
            kept = copies.find(key_copy_name(issuer.jwks_url))
            assert {key["kid"] for key in json.loads(kept or "{}")["keys"]} == keys


def vars_of(issuer: object) -> dict[str, str]:
    return {name: getattr(issuer, name) for name in ("issuer", "audience", "jwks_url")}


def test_a_laptop_keeps_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEYS_PARAMETER_PREFIX", raising=False)
    assert keep_keys(event_at(SystemClock().now(), "keep_keys"), None) == {"kept": 0}

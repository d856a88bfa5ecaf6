"""Sign-in codes: sealed as Cognito seals them, opened by the real SDK under a key in the emulator, sent by gateways."""

import base64
import datetime as dt
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aws_encryption_sdk
import boto3
import pytest
from aws_encryption_sdk.identifiers import Algorithm, CommitmentPolicy

from chalicelib.access import sign_in_code_runner
from chalicelib.access.sign_in_code_jobs import send_code
from chalicelib.access.sign_in_code_rules import MAX_PER_HOUR, MAX_PER_NUMBER_AND_HOUR
from chalicelib.clock import ManualClock, SystemClock
from chalicelib.errors import Unavailable
from chalicelib.gateways.sealed_codes import SealedCodes
from chalicelib.runtime.ports import NOT_SENT, REFUSED, SENT, UNKNOWN, OutgoingText, SendOutcome
from chalicelib.runtime.resources import OutboundResources, using_outbound
from tests.outbox import FakeQueues, make_outbound_resources

pytestmark = pytest.mark.slow

PHONE = "+254712345678"
CODE = "482913"
# Both forms: Cognito's as it is seen in its calls (message version 1, signed), and the SDK's own of today.
FORMS = [Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384, None]


def new_key() -> str:
    arn: str = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def sealed(code: str, key_arn: str, form: Any = FORMS[0]) -> str:
    policy = CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT if form else CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
    keys = aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key_arn])
    context = {"userpool-id": "eu-west-1_Ab1Cd2Ef3"}
    client = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy)
    set_up, _ = client.encrypt(
        source=code.encode(), key_provider=keys, encryption_context=context, **({"algorithm": form} if form else {})
    )
    return base64.b64encode(set_up).decode()


@dataclass
class FakeGateway:
    """Answers what it is told to, and shows what it was given."""

    outcome: SendOutcome
    given: list[OutgoingText] = field(default_factory=list)

    def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        self.given += texts
        return [self.outcome] * len(texts)


@dataclass
class FakeCodes:
    code: str = CODE

    def open(self, sealed: str) -> str:
        return self.code


def event(code: str = "c2VhbGVk", source: str = "CustomSMSSender_Authentication", phone: str = PHONE) -> dict[str, Any]:
    """Return what Cognito sends; of its form in the documentation."""
    return {
        "version": "1",
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab1Cd2Ef3",
        "userName": "b4bf400d-f0a2-4b8c-b6e2-baa56367a7f2",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "app"},
        "request": {
            "type": "customSMSSenderRequestV1",
            "code": code,
            "clientMetadata": None,
            "userAttributes": {"sub": "b4bf400d", "phone_number_verified": "true", "phone_number": phone},
        },
    }


@dataclass
class Sending:
    first: FakeGateway
    second: FakeGateway
    outbound: OutboundResources

    @property
    def given(self) -> list[int]:
        return [len(self.first.given), len(self.second.given)]


def sending(folder: Path, first: SendOutcome, second: SendOutcome, codes: Any = None) -> Sending:
    gateways = FakeGateway(first), FakeGateway(second)
    outbound = make_outbound_resources(folder, SystemClock(), FakeQueues(), africastalking=gateways[0], sns=gateways[1])
    return Sending(
        *gateways, OutboundResources(outbound.gateways, outbound.claims, outbound.queues, outbound.clock, codes)
    )


@pytest.mark.parametrize("form", FORMS, ids=["cognito", "committing"])
def test_a_code_is_opened_under_our_key_and_sent(aws: str, tmp_path: Path, form: Any) -> None:
    key_arn = new_key()
    with using_outbound(
        sending(tmp_path, SendOutcome(SENT), SendOutcome(SENT), SealedCodes(key_arn)).outbound
    ) as outbound:
        assert send_code(event(sealed(CODE, key_arn, form)), None) == {"sent": True}
    (given,) = outbound.gateways["africastalking"].given  # type: ignore[attr-defined]
    assert given.to == PHONE
    assert given.text.startswith(f"{CODE} is your Plotihub sign-in code")


def test_a_code_sealed_under_another_key_is_not_opened(aws: str) -> None:
    ours, theirs = new_key(), new_key()
    with pytest.raises(ValueError, match="not sealed for us"):
        SealedCodes(ours).open(sealed(CODE, theirs))


@pytest.mark.parametrize("spoil", ["cut", "changed", "no base64", "nothing"])
def test_a_code_that_was_changed_on_the_way_is_not_opened(aws: str, spoil: str) -> None:
    key_arn = new_key()
    good = sealed(CODE, key_arn)
    raw = bytearray(base64.b64decode(good))
    raw[-1] ^= 1  # of the signature
    spoilt = {"cut": good[:-40], "changed": base64.b64encode(raw).decode(), "no base64": "%%%", "nothing": ""}[spoil]
    with pytest.raises(ValueError, match="not sealed for us"):
        SealedCodes(key_arn).open(spoilt)


def test_a_key_service_that_is_away_is_told(aws: str, account: pytest.MonkeyPatch) -> None:
    key_arn = new_key()
    code = sealed(CODE, key_arn)
    account.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    account.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Unavailable, match="key service"):
        SealedCodes(key_arn).open(code)


@pytest.mark.parametrize(
    ("first", "second", "given"),
    [
        (SendOutcome(SENT), SendOutcome(SENT), [1, 0]),
        (SendOutcome(NOT_SENT, reason="not_reached"), SendOutcome(SENT), [1, 1]),
        (SendOutcome(REFUSED, reason="no_balance"), SendOutcome(SENT), [1, 1]),
        (SendOutcome(UNKNOWN, reason="no_answer"), SendOutcome(SENT), [1, 1]),  # the same code twice does no harm
        (SendOutcome(UNKNOWN, reason="no_answer"), SendOutcome(NOT_SENT), [1, 1]),
        (SendOutcome(NOT_SENT), SendOutcome(UNKNOWN), [1, 1]),
    ],
)
def test_the_next_gateway_is_tried_where_one_does_not_take_it(
    tmp_path: Path, first: SendOutcome, second: SendOutcome, given: list[int]
) -> None:
    set_up = sending(tmp_path, first, second, FakeCodes())
    assert sign_in_code_runner.send_code(set_up.outbound, event())
    assert set_up.given == given


def test_where_nobody_takes_it_lambda_shall_call_again(tmp_path: Path) -> None:
    set_up = sending(tmp_path, SendOutcome(NOT_SENT), SendOutcome(REFUSED, reason="refused"), FakeCodes())
    with pytest.raises(Unavailable, match="No gateway"):
        sign_in_code_runner.send_code(set_up.outbound, event())


def test_a_number_that_is_none_is_not_tried_elsewhere(tmp_path: Path) -> None:
    set_up = sending(
        tmp_path, SendOutcome(REFUSED, permanent=True, reason="invalid_number"), SendOutcome(SENT), FakeCodes()
    )
    assert not sign_in_code_runner.send_code(set_up.outbound, event())
    assert set_up.given == [1, 0]


@pytest.mark.parametrize("name", ["SignUp", "ResendCode", "Authentication"])
def test_every_occasion_for_a_code_is_known(tmp_path: Path, name: str) -> None:
    set_up = sending(tmp_path, SendOutcome(SENT), SendOutcome(SENT), FakeCodes())
    assert sign_in_code_runner.send_code(set_up.outbound, event(source=f"CustomSMSSender_{name}"))


@pytest.mark.parametrize(
    "name",
    [
        "ForgotPassword",
        "AdminCreateUser",
        "VerifyUserAttribute",
        "UpdateUserAttribute",
        "AccountTakeOverNotification",
        "New",
    ],
)
def test_an_occasion_that_is_not_ours_is_left_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    set_up = sending(tmp_path, SendOutcome(SENT), SendOutcome(SENT), FakeCodes())
    assert not sign_in_code_runner.send_code(set_up.outbound, event(source=f"CustomSMSSender_{name}"))
    assert set_up.given == [0, 0]
    assert [record.source for record in caplog.records] == [f"CustomSMSSender_{name}"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "phone",
    [
        "+447911123456",
        "+12025550123",
        "+25612345678",
        "+882161234567",
        "+254202712345",
        "+2547123456789",
        "0712345678",
        "",
    ],
)
def test_no_code_goes_to_a_number_that_is_not_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, phone: str
) -> None:
    set_up = sending(tmp_path, SendOutcome(SENT), SendOutcome(SENT), FakeCodes())
    assert not sign_in_code_runner.send_code(set_up.outbound, event(source="CustomSMSSender_SignUp", phone=phone))
    assert set_up.given == [0, 0]
    (record,) = caplog.records
    assert record.getMessage() == "code.send.unsupported_number: sign-in code requested for an unsupported number"
    assert not phone or phone[1:] not in json.dumps(vars(record), default=str)


def at(set_up: Sending, clock: ManualClock) -> OutboundResources:
    return replace(set_up.outbound, clock=clock)


def test_a_number_gets_so_many_codes_an_hour(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("METRICS_ENVIRONMENT", "plotihub-test")
    clock = ManualClock(dt.datetime(2026, 12, 5, 6, 0, tzinfo=dt.UTC))
    set_up = sending(tmp_path, SendOutcome(SENT), SendOutcome(SENT), FakeCodes())
    sent = [sign_in_code_runner.send_code(at(set_up, clock), event()) for _ in range(MAX_PER_NUMBER_AND_HOUR + 2)]
    assert sent == [True] * MAX_PER_NUMBER_AND_HOUR + [False] * 2
    assert set_up.given == [MAX_PER_NUMBER_AND_HOUR, 0]
    assert sign_in_code_runner.send_code(at(set_up, clock), event(phone="+254712345679"))  # another's
    clock.at += dt.timedelta(hours=1)
    assert sign_in_code_runner.send_code(at(set_up, clock), event())
    emitted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["CodesHeldBack"] for each in emitted if "CodesHeldBack" in each] == [1, 1]
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warned == ["code.send.rate_limited: sign-in code requested too often"] * 2
    assert PHONE[1:] not in json.dumps([vars(record) for record in caplog.records], default=str)


def test_all_numbers_together_get_so_many_codes_an_hour(tmp_path: Path) -> None:
    clock = ManualClock(dt.datetime(2026, 12, 5, 6, 59, 59, tzinfo=dt.UTC))
    set_up = sending(tmp_path, SendOutcome(SENT), SendOutcome(SENT), FakeCodes())
    for place in range(MAX_PER_HOUR):
        assert sign_in_code_runner.send_code(at(set_up, clock), event(phone=f"+2547120{place:05d}"))
    assert not sign_in_code_runner.send_code(at(set_up, clock), event())
    assert set_up.given == [MAX_PER_HOUR, 0]
    clock.at += dt.timedelta(seconds=1)
    assert sign_in_code_runner.send_code(at(set_up, clock), event())


def test_what_a_number_may_not_have_does_not_count_for_the_others(tmp_path: Path) -> None:
    clock = ManualClock(dt.datetime(2026, 12, 5, 6, 0, tzinfo=dt.UTC))
    set_up = sending(tmp_path, SendOutcome(SENT), SendOutcome(SENT), FakeCodes())
    for _ in range(MAX_PER_HOUR + 1):
        sign_in_code_runner.send_code(at(set_up, clock), event())
    assert sign_in_code_runner.send_code(at(set_up, clock), event(phone="+254712345679"))


def test_where_nobody_can_count_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    set_up = sending(tmp_path / "file" / "claims", SendOutcome(SENT), SendOutcome(SENT), FakeCodes())
    with pytest.raises(Unavailable):
        sign_in_code_runner.send_code(set_up.outbound, event())
    assert set_up.given == [0, 0]


@pytest.mark.parametrize("outcome", [SendOutcome(SENT), SendOutcome(REFUSED, permanent=True), SendOutcome(UNKNOWN)])
def test_neither_code_nor_number_is_ever_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], outcome: SendOutcome
) -> None:
    caplog.set_level(logging.DEBUG)
    sign_in_code_runner.send_code(sending(tmp_path, outcome, outcome, FakeCodes()).outbound, event())
    logged = json.dumps([vars(record) for record in caplog.records], default=str) + "".join(capfd.readouterr())
    assert caplog.records
    assert CODE not in logged
    assert PHONE[1:] not in logged


def test_what_is_counted_has_no_code_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("METRICS_ENVIRONMENT", "plotihub-test")
    sign_in_code_runner.send_code(
        sending(tmp_path, SendOutcome(SENT), SendOutcome(SENT), FakeCodes()).outbound, event()
    )
    emitted = json.loads(capsys.readouterr().out)
    assert emitted["CodesSent"] == 1
    assert set(emitted) == {"_aws", "Environment", "CodesSent"}

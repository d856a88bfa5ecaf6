"""What the settings make of the outside."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from chalicelib import bootstrap, config
from chalicelib.clock import ManualClock
from chalicelib.gateways.africastalking import AfricasTalking
from chalicelib.gateways.claims_folder import ClaimsFolder
from chalicelib.gateways.claims_table import ClaimsTable
from chalicelib.gateways.parameter_store import CachedParameter
from chalicelib.gateways.ses import SesEmail
from chalicelib.gateways.sns import Sns
from chalicelib.gateways.sqs import SqsQueues
from chalicelib.runtime.ports import OutgoingText
from chalicelib.runtime.resources import OutboundResources, get_outbound, using_outbound
from chalicelib.storage.engines import wake_after_commit


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which nothing is set but where things lie."""
    for name in list(os.environ):
        if name.startswith(("AFRICASTALKING_", "CLAIMS_", "SMS_", "EMAIL_")) or name.endswith("_QUEUE_URL"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PLOTIHUB_HOME", str(tmp_path))
    return monkeypatch


def test_a_laptop_needs_nothing_set(settings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    outbound = bootstrap.make_outbound_resources(config.settings())
    assert set(outbound.gateways) == {"africastalking", "sns", "email"}
    assert outbound.claims == ClaimsFolder(str(tmp_path / "claims"))
    text = OutgoingText("key", "+254712345678", "Habari")
    assert [came.reason for came in outbound.gateways["africastalking"].send([text])] == ["no_api_key"]
    assert [came.reason for came in outbound.gateways["email"].send([text])] == ["no_sender_address"]
    assert bootstrap.make_resources(config.settings()).queues is None


def test_each_setting_reaches_its_adapter(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("AFRICASTALKING_URL", "http://127.0.0.1:9/")
    settings.setenv("AFRICASTALKING_USERNAME", "sandbox")
    settings.setenv("AFRICASTALKING_API_KEY", "atsk_secret")
    settings.setenv("SMS_SENDER_NAME", "PLOTIHUB")
    settings.setenv("EMAIL_FROM", "rent@example.com")
    settings.setenv("CLAIMS_TABLE", "claims")
    for name in ("wake", "heavy", "send", "results"):
        settings.setenv(f"{name.upper()}_QUEUE_URL", f"https://sqs/{name}")
    outbound = bootstrap.make_outbound_resources(config.settings())
    sms, sns, mail = (outbound.gateways[name] for name in ("africastalking", "sns", "email"))
    assert isinstance(sms, AfricasTalking)
    assert (sms.base_url, sms.username, sms.sender_name) == ("http://127.0.0.1:9", "sandbox", "PLOTIHUB")
    assert sms.api_key() == "atsk_secret"
    assert isinstance(sns, Sns)
    assert sns.sender_name == "PLOTIHUB"
    assert isinstance(mail, SesEmail)
    assert mail.sender == "rent@example.com"
    assert isinstance(outbound.claims, ClaimsTable)
    assert outbound.claims.name == "claims"
    assert isinstance(outbound.queues, SqsQueues)
    assert outbound.queues.urls == {name: f"https://sqs/{name}" for name in ("wake", "heavy", "send", "results")}


def test_a_key_is_read_from_the_parameter_unless_it_is_set_itself(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("AFRICASTALKING_API_KEY_PARAMETER", "/plotihub/sms")
    named = bootstrap.make_outbound_resources(config.settings()).gateways["africastalking"]
    assert isinstance(named, AfricasTalking)
    assert isinstance(named.api_key, CachedParameter)
    assert named.api_key.name == "/plotihub/sms"
    settings.setenv("AFRICASTALKING_API_KEY", "atsk_secret")
    plain = bootstrap.make_outbound_resources(config.settings()).gateways["africastalking"]
    assert isinstance(plain, AfricasTalking)
    assert plain.api_key() == "atsk_secret"
    assert "atsk_secret" not in repr(plain)


def test_a_test_has_an_outside_of_its_own_and_gives_it_back(settings: pytest.MonkeyPatch) -> None:
    configured = bootstrap.make_outbound_resources(config.settings())
    other = OutboundResources(gateways={}, claims=configured.claims, queues=configured.queues, clock=ManualClock())
    with using_outbound(configured):
        assert get_outbound() is configured
        with using_outbound(other):
            assert get_outbound() is other
        assert get_outbound() is configured


def test_the_api_starts_without_boto3_and_so_does_who_sends(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("WAKE_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/wake")
    settings.setenv("CLAIMS_TABLE", "claims")
    settings.setenv("AFRICASTALKING_API_KEY_PARAMETER", "/plotihub/sms")
    code = "import sys, app; from chalicelib.runtime.resources import get_outbound, get_resources; "
    code += "assert get_resources().queues; "
    code += "assert get_outbound() is get_outbound(); "
    code += "print([name for name in ('boto3', 'botocore') if name in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert seen.stdout == "[]\n"


@pytest.mark.slow
def test_who_left_work_wakes_the_worker_through_the_queue(
    settings: pytest.MonkeyPatch, aws: str, sqlite_template: Path, tmp_path: Path
) -> None:
    import boto3

    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=f"wake-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    settings.setenv("WAKE_QUEUE_URL", url)
    (tmp_path / "plotihub.sqlite3").write_bytes(sqlite_template.read_bytes())
    resources = bootstrap.make_resources(config.settings())
    with resources.writing() as db:
        wake_after_commit(db, "messages")
        assert "Messages" not in sqs.receive_message(QueueUrl=url)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == '{"worker": "messages"}'
    resources.writer.dispose()

"""What the authorizer's metric tells apart: a token that it refuses, and a failure of its own."""

import json
from collections.abc import Iterator

import pytest

from chalicelib import metrics
from chalicelib.access import authorizer
from tests.issuers import FakeIssuer, issuing

EVENT = {"type": "TOKEN", "methodArn": "arn:aws:execute-api:eu-west-1:1:api/stage/GET/v1/me"}


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIssuer]:
    with issuing("west") as running:
        setting = running.setting()
        listed = [{"issuer": setting.issuer, "audience": setting.audience, "jwks_url": setting.jwks_url}]
        monkeypatch.setenv("TOKEN_ISSUERS", json.dumps(listed))
        monkeypatch.setenv("METRICS_ENVIRONMENT", "plotihub-dev")
        yield running


def refused(capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Return the counts of refusals that stand in the log."""
    return [json.loads(line)[metrics.TOKENS_REFUSED] for line in capsys.readouterr().out.splitlines()]


def test_a_refusal_is_counted_since_lambda_takes_it_for_an_error(
    issuer: FakeIssuer, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorizer.verify_token({**EVENT, "authorizationToken": "Bearer x"}, None)
    assert refused(capsys) == [1]


def test_who_is_let_in_is_no_refusal(issuer: FakeIssuer, capsys: pytest.CaptureFixture[str]) -> None:
    authorizer.verify_token({**EVENT, "authorizationToken": f"Bearer {issuer.token('+254712345678')}"}, None)
    assert refused(capsys) == []


def test_while_an_issuer_has_told_no_key_that_is_a_failure_and_no_refusal(
    issuer: FakeIssuer, capsys: pytest.CaptureFixture[str]
) -> None:
    token = issuer.token("+254712345678")
    issuer.broken = True
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorizer.verify_token({**EVENT, "authorizationToken": f"Bearer {token}"}, None)
    assert refused(capsys) == []

"""A secret that is read seldom and told nowhere."""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsClient
from chalicelib.gateways.parameter_store import CachedParameter
from tests.gateways.vendor import Vendor, answering, hang_up, in_turn, relaying, silent

pytestmark = pytest.mark.slow


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_things:
        yield open_things


def kept(value: str) -> str:
    """Keep ``value`` in the emulator and return its name."""
    import boto3

    name = f"/plotihub/{uuid.uuid4().hex}"
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")
    return name


def test_it_is_decrypted_and_stripped_and_asked_for_once(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str
) -> None:
    name = kept("atsk_secret\n")
    wire = stack.enter_context(Vendor(relaying(aws)).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    parameter = CachedParameter(name)
    assert [parameter() for _ in range(5)] == ["atsk_secret"] * 5
    assert [json.loads(posted.body) for posted in wire.posted] == [{"Name": name, "WithDecryption": True}]
    assert "atsk_secret" not in repr(parameter)


def test_a_new_value_is_seen_once_the_old_one_has_been_kept_long_enough(aws: str) -> None:
    import boto3

    name = kept("old")
    parameter = CachedParameter(name, ttl_s=0)
    assert parameter() == "old"
    boto3.client("ssm").put_parameter(Name=name, Value="new", Type="SecureString", Overwrite=True)
    assert parameter() == "new"


def test_one_that_is_not_there_is_told_by_its_name(aws: str) -> None:
    with pytest.raises(Unavailable, match="no parameter /plotihub/missing"):
        CachedParameter("/plotihub/missing")()


def test_a_store_that_is_silent_is_given_up(stack: ExitStack, account: pytest.MonkeyPatch) -> None:
    wire = stack.enter_context(Vendor(silent).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    with pytest.raises(Unavailable, match="/plotihub/key"):
        CachedParameter("/plotihub/key", AwsClient("ssm", 1, 1))()
    assert len(wire.posted) == 1


def test_the_last_known_value_is_good_while_the_store_is_away(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str
) -> None:
    name = kept("value")
    behave = in_turn(relaying(aws), hang_up, answering(500, b"{}"))
    wire = stack.enter_context(Vendor(behave).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    parameter = CachedParameter(name, ttl_s=0)
    assert [parameter() for _ in range(4)] == ["value"] * 4
    assert len(wire.posted) == 2  # it is not asked at every text while it is away

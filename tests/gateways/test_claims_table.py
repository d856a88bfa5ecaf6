"""The table of claims when the wire fails: a claim is neither lost to its taker nor given to two."""

import datetime as dt
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsClient
from chalicelib.gateways.claims_table import MAX_TRIES, ClaimsTable
from chalicelib.runtime.ports import SendClaim, SendOutcome
from tests.gateways.test_claims import made_table
from tests.gateways.vendor import Behaviour, Posted, Vendor, answering, hang_up, in_turn, relayed, relaying, silent

pytestmark = pytest.mark.slow

AT = dt.datetime(2026, 12, 5, 6, 30, tzinfo=dt.UTC)
CONFLICT = b'{"__type": "com.amazonaws.dynamodb.v20120810#ReplicatedWriteConflictException", "message": "once more"}'
DENIED = b'{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "not authorized"}'
JSON = "application/x-amz-json-1.0"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_things:
        yield open_things


@pytest.fixture
def table(aws: str) -> str:
    return made_table()


def through(stack: ExitStack, account: pytest.MonkeyPatch, table: str, behave: Behaviour) -> tuple[ClaimsTable, Vendor]:
    """Return the table as it is seen through a wire that behaves so."""
    wire = stack.enter_context(Vendor(behave).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    return ClaimsTable(table, AwsClient("dynamodb", 1, 1)), wire


def taken_unheard(aws: str) -> Behaviour:
    """Return a behaviour that does what was asked and then hangs up."""

    def behave(wire: socket.socket, posted: Posted) -> None:
        assert b'"refused"' not in relayed(aws, posted)
        hang_up(wire, posted)

    return behave


def test_a_claim_whose_answer_was_lost_is_its_taker_s(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str, table: str
) -> None:
    claims, wire = through(stack, account, table, in_turn(taken_unheard(aws), relaying(aws)))
    assert claims.claim("key", AT)
    assert len(wire.posted) == 2
    assert not claims.claim("key", AT)
    assert claims.find("key") == SendClaim(AT)


def test_a_claim_that_another_has_is_not_ours_for_all_the_lost_answers(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str, table: str
) -> None:
    assert ClaimsTable(table).claim("key", AT)
    claims, _ = through(stack, account, table, in_turn(taken_unheard(aws), taken_unheard(aws), relaying(aws)))
    assert not claims.claim("key", AT)


def test_a_write_that_met_one_of_the_other_region_is_made_again(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str, table: str
) -> None:
    conflict = answering(400, CONFLICT, JSON)
    claims, wire = through(stack, account, table, in_turn(conflict, conflict, relaying(aws)))
    assert claims.claim("key", AT)
    assert len(wire.posted) == 3
    claims.record_outcome("key", SendOutcome("sent"))
    assert claims.find("key") == SendClaim(AT, SendOutcome("sent"))


@pytest.mark.parametrize(
    ("behave", "tries"),
    [
        (silent, MAX_TRIES),
        (hang_up, MAX_TRIES),
        (answering(400, CONFLICT, JSON), MAX_TRIES),
        (answering(500, b"{}", JSON), MAX_TRIES),
        (answering(400, DENIED, JSON), 1),
    ],
)  # fmt: skip
def test_it_gives_up_in_the_end_and_says_so(
    stack: ExitStack, account: pytest.MonkeyPatch, table: str, behave: Behaviour, tries: int
) -> None:
    claims, wire = through(stack, account, table, behave)
    with pytest.raises(Unavailable):
        claims.claim("key", AT)
    assert len(wire.posted) == tries


def test_it_reads_what_was_written_just_before(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str, table: str
) -> None:
    claims, wire = through(stack, account, table, relaying(aws))
    claims.find("key")
    assert b'"ConsistentRead": true' in wire.posted[0].body

"""The emulator's pools and tokens are what the application's own verification takes."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace

import jwt
import pytest

from chalicelib.access import tokens
from chalicelib.config import TokenIssuer
from local import emulator, processes
from local.emulator import REGIONS, TOKEN_LASTS_S, Emulator

pytestmark = pytest.mark.slow
PHONE = "+254700000001"


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    started, child = emulator.start()
    yield started
    processes.stop(child)


def issuers(aws: Emulator) -> tuple[TokenIssuer, ...]:
    return tuple(TokenIssuer(**entry) for entry in json.loads(aws.environment()["TOKEN_ISSUERS"]))


@pytest.mark.parametrize("region", REGIONS)
def test_a_token_of_either_region_is_taken(aws: Emulator, region: str) -> None:
    token = aws.token_for(PHONE, region=region)
    assert tokens.verify_sign_in(f"Bearer {token}", issuers(aws)).phone == PHONE


def test_a_token_is_of_a_sign_in_just_now(aws: Emulator) -> None:
    before = int(time.time())
    signed_in_at = tokens.verify_sign_in(f"Bearer {aws.token_for(PHONE)}", issuers(aws)).auth_time
    assert signed_in_at is not None
    assert before <= signed_in_at <= time.time()


def test_a_token_of_a_region_that_is_not_configured_is_refused(aws: Emulator) -> None:
    token = aws.token_for(PHONE, region=REGIONS[1])
    with pytest.raises(tokens.InvalidToken, match="unknown issuer"):
        tokens.verify_sign_in(f"Bearer {token}", issuers(aws)[:1])


def test_a_token_lasts_a_working_day(aws: Emulator) -> None:
    claims = jwt.decode(aws.token_for(PHONE), options={"verify_signature": False})
    assert claims["exp"] - time.time() > TOKEN_LASTS_S - 60


def test_pools_and_clients_are_the_same_in_the_next_run(aws: Emulator) -> None:
    again, child = emulator.start()
    processes.stop(child)
    assert again.pools == aws.pools
    assert replace(again, url=aws.url) == aws


def test_it_is_passed_on_as_json(aws: Emulator) -> None:
    assert Emulator.from_json(aws.to_json()) == aws


def test_no_way_to_a_real_account_is_left_in_the_environment() -> None:
    before = {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "x", "PATH": os.defpath}
    assert emulator.clean_environment(before) == {"PATH": os.defpath}

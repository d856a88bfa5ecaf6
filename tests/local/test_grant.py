"""`make grant` as a program: it grants, lists and revokes, and says what it was not told rightly."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import messaging
from chalicelib.organisations.model import PLATFORM
from chalicelib.runtime.resources import Resources, using
from local import grant
from tests.money import Money
from tests.service.worker_process import resources_on

pytestmark = pytest.mark.slow


@pytest.fixture
def home(sqlite_template: Path, tmp_path: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "plotihub.sqlite3")
    return tmp_path


@pytest.fixture
def resources(home: Path) -> Iterator[Resources]:
    opened = resources_on(f"sqlite:///{home / 'plotihub.sqlite3'}")
    yield opened
    opened.writer.dispose()


def run(home: Path, *words: str, by_make: bool = False) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "LOG_LEVEL"}}
    program = ["make", "-s", "grant"] if by_make else [sys.executable, "-m", "local.grant"]
    return subprocess.run(
        [*program, *words],
        env={**environment, "PLOTIHUB_HOME": str(home), "NAME": "a shell's own"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_grants_lists_and_revokes(home: Path, resources: Resources) -> None:
    mine = str(Money.found(resources, granted=False).organisation_id)
    assert run(home, by_make=True).stdout == "nothing is granted\n"
    mistyped = run(home, f"ORG={mine}", "KIND=messaging", "DAYLY=50", "BY=Amina", by_make=True)
    assert "the names are: BY, DAILY, KIND" in mistyped.stderr
    assert run(home).stdout == "nothing is granted\n"
    granted = run(home, f"ORG={mine}", "KIND=messaging", "DAILY=500", "MONTHLY=800.50", "BY=Amina", by_make=True)
    line = f"{mine} Acme Homes: messaging, 500 SMS a day, 3 a tenant, KES 800.50 a month; by Amina at "
    assert granted.stdout.startswith(line), granted.stderr
    named = run(home, f"ORG={mine}", "KIND=sender_name", "NAME=ACME", "BY=Amina")
    assert f"{mine} Acme Homes: sender_name, sends under ACME; by Amina at " in named.stdout
    assert run(home).stdout == named.stdout
    assert len(named.stdout.splitlines()) == 2
    revoked = run(home, f"ORG={mine}", "REVOKE=messaging", "BY=Amina")
    assert revoked.stdout.startswith(f"{mine} Acme Homes: sender_name")
    with resources.reading() as db:
        assert not messaging.get_sending_profile(db, Money.found(resources).organisation_id).settings.sender_name


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["KIND=messaging", "BY=A"], "organisation: expected an organisation's id"),
        (["ORG={mine}", "KIND=everything", "BY=A"], "kind: expected messaging or sender_name"),
        (["ORG={mine}", "KIND=messaging"], "by: expected who grants or revokes it"),
        (["ORG={mine}", "KIND=messaging", "BY=A", "DAILY=many"], "daily: expected a whole number"),
        (["ORG={mine}", "KIND=messaging", "BY=A", "MONTHLY=1.234"], "monthly: an amount is a string"),
        (["ORG={mine}", "KIND=sender_name", "BY=A", "NAME=MPESA"], "name: it is a protected brand"),
        (["ORG={mine}", "KIND=sender_name", "BY=A", "NAME=ACME"], "grant that first"),
        (["ORG={mine}", "REVOKE=messaging", "BY=A"], "does not have this grant"),
        ([f"ORG={PLATFORM}", "REVOKE=messaging", "BY=A"], "does not have this grant"),
        ([f"ORG={PLATFORM}", "KIND=messaging", "BY=A"], "There is no such organisation"),
        (["ORG=01a22dbf-ca9a-7b95-84e7-ab4d22c637b1", "KIND=messaging", "BY=A"], "There is no such organisation"),
        (["HELP"], "say it as NAME=value"),
        (["SUPERUSER=1"], "the names are: BY, DAILY, KIND"),
    ],
)
def test_it_says_what_is_wrong(resources: Resources, words: list[str], message: str) -> None:
    """In this process: a dozen others would start only to end with a line."""
    mine = str(Money.found(resources, granted=False).organisation_id)
    with using(resources), pytest.raises(SystemExit) as ended:
        grant.lines(dict(grant.read(word.format(mine=mine)) for word in words))
    assert message in str(ended.value.code)


def test_what_is_wrong_ends_the_program_without_a_traceback(home: Path) -> None:
    done = run(home, "ORG=mine", "KIND=messaging", "BY=A")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "organisation: expected an organisation's id\n"

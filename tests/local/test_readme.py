"""The README's five minutes, run as printed: a page that lies costs a developer an evening."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.test_run import Run

pytestmark = pytest.mark.slow
README = Path("README.md")
PRINTED_ADDRESS = "http://127.0.0.1:8000"


def tour() -> str:
    """Return the commands of the tour, in order, as one script."""
    chapter = README.read_text().split("### Five minutes")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL))


def test_every_command_of_the_tour_works_as_printed(tmp_path: Path) -> None:
    assert tour().count(PRINTED_ADDRESS) == 1
    run = Run(tmp_path / "home", "--empty")
    try:
        script = "set -eu\nORG=\n" + tour().replace(PRINTED_ADDRESS, run.url).replace(
            "-o .local/rent-roll.csv", f"-o {tmp_path}/out.csv"
        )
        # `make` itself is tried by whoever clones; here its recipe is run with this interpreter.
        script = script.replace("make -s token PHONE=", f"{sys.executable} -m local.token ")
        script = script.replace("make -s grant ", f"{sys.executable} -m local.grant ")
        environment = {**os.environ, "PLOTIHUB_HOME": str(tmp_path / "home")}
        done = subprocess.run(
            ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    finally:
        run.end(15)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "urn:plotihub:problem" not in done.stdout
    for expected in (
        '"leases":43,"invoices":43}',
        '"allocated":"40000.00"',
        '"kind":"receipt","medium":"sms","status":"delivered"',
        '"text":"Barasa: KES 500 received for Mwangaza Court A1. Receipt 2. Ref cash. Balance KES 4,000. ',
        ' Mwangaza Homes. From +254712345678. Not you? Send NOT ME"',
        " Mwangaza Homes: messaging, 2000 SMS a day, 3 a tenant, KES 5000.00 a month; by Amina at ",
        '"granted":true',
        '"text":"Habari Wanjiru, KES 15,000',
        '"closing":"4000.00"',
        '{"holds":true',
    ):
        assert expected in done.stdout, f"{expected} is missing in:\n{done.stdout}"
    rent_roll = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert len(rent_roll) == 1 + 48

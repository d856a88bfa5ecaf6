"""checkov over all of the estate and the workflows: nothing fails, and what is skipped says why beside the resource."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.terraform import checkers
from tests.terraform.sharing import once
from tests.terraform.terraform import program

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.terraform]


LOOKED_AT = {"terraform": "terraform", "github_actions": ".github"}


@pytest.fixture(scope="session")
def reports(shared: Path, configuration: Path) -> dict[str, dict[str, Any]]:
    """What checkov says, by what it looked at. Offline: its own checks, and no module or rule from elsewhere."""
    program()  # it asks Terraform for its version

    def look(into: Path) -> None:
        for framework, folder in LOOKED_AT.items():
            (into / framework).write_text(json.dumps(_look(framework, folder, configuration)))

    kept = once(shared / "checkov", look)
    return {framework: json.loads((kept / framework).read_text()) for framework in LOOKED_AT}


def _look(framework: str, folder: str, configuration: Path) -> dict[str, Any]:
    command = [checkers.program("checkov"), "--framework", framework, "--directory", folder]
    command += ["--skip-download", "--output", "json"]
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(configuration)}
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300, cwd=ROOT, env=environment)
    assert ran.returncode in (0, 1), ran.stderr
    report: dict[str, Any] = json.loads(ran.stdout)
    assert report["check_type"] == framework
    return report


def test_everything_was_read(reports: dict[str, dict[str, Any]]) -> None:
    assert all(report["summary"]["parsing_errors"] == 0 for report in reports.values())
    assert reports["terraform"]["summary"]["passed"] > 500
    assert reports["terraform"]["summary"]["resource_count"] > 190


def test_no_check_fails(reports: dict[str, dict[str, Any]]) -> None:
    failed = [each for report in reports.values() for each in report["results"]["failed_checks"]]
    assert [f"{each['check_id']} {each['resource']}: {each['check_name']}" for each in failed] == []


def test_what_is_skipped_says_why(reports: dict[str, dict[str, Any]]) -> None:
    skipped = [each for report in reports.values() for each in report["results"]["skipped_checks"]]
    assert skipped
    for each in skipped:
        assert len(each["check_result"]["suppress_comment"]) > 20, (each["check_id"], each["resource"])

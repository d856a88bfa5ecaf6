"""One version: chalicelib holds it, pyproject.toml takes it from there, the changelog and the API say the same."""

import datetime as dt
import json
import re
import tomllib
from pathlib import Path

import chalicelib
from chalicelib.web import openapi

ROOT = Path(__file__).parents[2]
HEADING = re.compile(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", re.MULTILINE)
GROUPS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()


def test_the_newest_release_is_the_version_of_what_runs() -> None:
    (unreleased, no_day), (newest, _), *_ = HEADING.findall(CHANGELOG)
    assert (unreleased, no_day) == ("Unreleased", "")
    assert newest == chalicelib.__version__
    published = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert published["info"]["version"] == openapi.document([])["info"]["version"] == newest, "make openapi"


def test_pyproject_takes_the_version_from_there() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in pyproject["project"]
    assert pyproject["project"]["dynamic"] == ["version"]
    assert pyproject["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "chalicelib.__version__"}


def test_releases_stand_newest_first_under_the_usual_headings() -> None:
    released = HEADING.findall(CHANGELOG)[1:]
    numbers = [tuple(int(part) for part in version.split(".")) for version, _ in released]
    days = [dt.date.fromisoformat(day) for _, day in released]
    assert numbers == sorted(set(numbers), reverse=True)
    assert days == sorted(days, reverse=True)
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= GROUPS

"""The hooks of git run the tools that the lock pins, and those that `make lint` runs."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_the_hooks_lint_with_what_is_in_venv() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [each["repo"] for each in config["repos"]] == ["local"]
    entries = [hook["entry"].replace(" --force-exclude", "") for hook in config["repos"][0]["hooks"]]
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    linted = [line.replace("$(BIN)", ".venv/bin").replace(" --check", "") for line in recipe[1].split("\n\t")]
    assert entries == [line.strip() for line in linted]

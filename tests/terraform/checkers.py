"""Programs that only read the source, in an environment of their own (`local/install checkers`)."""

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "build" / "checkers"


def program(name: str) -> str:
    """Return the program's path; without it the test is skipped, and in CI it fails."""
    found = FOLDER / "bin" / name
    if found.is_file():
        return str(found)
    reason = f"{name} is not installed: local/install checkers"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)

"""Each module's main claims, as its own tests make them, and that every module and stack is valid."""

import pytest

from terraform.deploying.settings import ROOT
from tests.terraform.plans import Estate, run_tests

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

MODULES = sorted(f"modules/{folder.name}" for folder in (ROOT / "modules").iterdir())
STACKS = sorted(f"stacks/{folder.name}" for folder in (ROOT / "stacks").iterdir())


@pytest.mark.parametrize("folder", MODULES)
def test_a_module_does_what_it_claims(estate: Estate, folder: str) -> None:
    told = run_tests(estate.prepare(folder))
    passed = [each["test_summary"]["passed"] for each in told if each["type"] == "test_summary"]
    assert passed[0] >= 2

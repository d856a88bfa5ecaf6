"""The sizes that are planned, and the steps of each, once."""

import functools
from collections.abc import Sequence

import pytest

from terraform.deploying.settings import Step, steps_of
from tests.terraform.plans import Estate, Plan

SIZES = ("starter", "standard", "full")
each_size = pytest.mark.parametrize("size", SIZES)
PRIMARY, SECOND = "eu-west-1", "eu-central-1"


@functools.cache
def steps(size: str, environment: str = "prod") -> Sequence[Step]:
    """Return the steps of a size; those that come twice are planned once."""
    return list({step.key: step for step in steps_of(environment, size)}.values())


def planned(estate: Estate, size: str) -> list[Plan]:
    return [estate.plan("prod", size, step) for step in steps(size)]


def regions(estate: Estate, size: str) -> list[Plan]:
    """Return the plans of the Regions' own stacks."""
    return [plan for plan in planned(estate, size) if plan.step.stack == "2-region"]

"""What an environment and a size say, as each stack takes it."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import hcl2

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = ROOT / "environments"
SIZES = ENVIRONMENTS / "sizes"
STACKS = ROOT / "stacks"
OWN = {"region", "drained"}  # what each Region's step is given here
VARIABLE = re.compile(r'^variable "([a-z_]+)"', re.MULTILINE)


class Step(NamedTuple):
    """One stack applied in one Region, with the variables that it takes."""

    stack: str
    region: str  # that its state lies in
    variables: dict[str, Any]

    @property
    def name(self) -> str:
        """What every name in the estate begins with."""
        return f"{self.variables.get('project', 'plotihub')}-{self.variables['environment']}"

    @property
    def key(self) -> str:
        """Name of its state, and of its files here."""
        return f"{self.stack}-{self.region}"

    def write(self, folder: Path) -> Path:
        """Write its variables into ``folder`` and return the file."""
        file = folder / f"{self.key}.tfvars.json"
        file.write_text(json.dumps(self.variables, indent=1, sort_keys=True) + "\n")
        return file


def steps_of(environment: str, size: str, **overrides: Any) -> list[Step]:
    """Return the stacks of the estate in the order that they are applied in.

    The Regions come twice where there are two: what they know of each other is carried over in between.

    Raises:
        ValueError: there is no such environment or size, or a file says what no stack takes.
    """
    said = {**_read(ENVIRONMENTS, environment), **_read(SIZES, size), **overrides}
    count, primary, second = said.pop("regions"), said["primary_region"], said.pop("second_region")
    drained = said.pop("drained_regions", [])
    declared = {stack.name: _declared(stack) for stack in STACKS.iterdir() if stack.is_dir()}
    unknown = sorted(set(said) - (set().union(*declared.values()) - OWN))
    if unknown:
        raise ValueError(f"no stack takes: {', '.join(unknown)}")
    if not set(drained) <= {primary, second}:
        raise ValueError(f"drained_regions may name {primary} and {second}, not: {', '.join(drained)}")
    other = second if count == 2 else None

    def step(stack: str, place: str, **own: Any) -> Step:
        given = {**said, "drained": place in drained, **own}
        return Step(stack, place, {name: given[name] for name in sorted(given) if name in declared[stack]})

    of_one = step("2-region", primary, region=primary, other_region=other, backup_region=second)
    steps = [step("1-global", primary, other_region=other, backup_region=second), of_one]
    if other is not None:
        of_other = step("2-region", other, region=other, other_region=primary, backup_region=primary)
        steps += [of_other, step("3-link", primary, other_region=other), of_one, of_other]
    return steps


def only(steps: list[Step], key: str) -> list[Step]:
    """Return the step of that key, once: nothing is carried over to it meanwhile.

    Raises:
        ValueError: there is none.
    """
    found = [step for step in steps if step.key == key]
    if not found:
        known = ", ".join(dict.fromkeys(step.key for step in steps))
        raise ValueError(f"there is no {key!r} among: {known}")
    return found[:1]


def _read(folder: Path, name: str) -> dict[str, Any]:
    file = folder / f"{name}.tfvars"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.tfvars")))
        raise ValueError(f"there is no {name!r} among: {known}")
    plain = hcl2.SerializationOptions(with_comments=False, strip_string_quotes=True)
    with file.open() as opened:
        found: dict[str, Any] = hcl2.load(opened, serialization_options=plain)
    return found


def _declared(stack: Path) -> set[str]:
    return {name for file in stack.glob("*.tf") for name in VARIABLE.findall(file.read_text())}

"""The locks belong to their sources, and hold all that these need. No test here asks a registry."""

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SOURCES = ("requirements.in", "requirements-dev.in", "tests/terraform/checkers.in")
ENVIRONMENT = "requirements-dev.in"  # what .venv is installed from


class Locked(NamedTuple):
    requirement: Requirement
    hashes: list[str]
    via: set[str]

    @property
    def version(self) -> str:
        (pin,) = self.requirement.specifier
        assert pin.operator == "==", self.requirement
        return pin.version


def lock_of(source: str) -> list[Locked]:
    """Return what the lock of ``source`` lists; a name stands twice where markers divide it."""
    text = (ROOT / source).with_suffix(".txt").read_text()
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    return [
        Locked(
            Requirement(entry.partition(" \\\n")[0]),
            re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry),
            set(re.findall(r"^ +# +(?:via )?(?!via$)(\S.*)$", entry, re.MULTILINE)),
        )
        for entry in entries
    ]


def wanted_by(source: str) -> Iterator[Requirement]:
    """Yield what ``source`` lists itself."""
    for line in (ROOT / source).read_text().splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        if text and not text.startswith("-"):
            yield Requirement(text)


def name_of(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_source_lists_is_locked_as_it_says(source: str) -> None:
    locked = {name_of(each.requirement): each for each in lock_of(source)}
    wanted = {name_of(each): each for each in wanted_by(source)}
    for name, requirement in wanted.items():
        assert requirement.specifier.contains(locked[name].version), f"{name}: make lock"
    listed = {name for name, each in locked.items() if {f"-r {source}", "-r " + Path(source).name} & each.via}
    assert listed == set(wanted), "make lock"


@pytest.mark.parametrize("source", SOURCES)
def test_every_release_is_held_by_hashes_and_wanted_by_somebody(source: str) -> None:
    lock = lock_of(source)
    names = {name_of(each.requirement) for each in lock}
    assert len(names) > 20
    for each in lock:
        assert each.hashes, each.requirement
        assert each.via, each.requirement
        for via in each.via - {f"-r {name}" for name in SOURCES} - {"-c requirements.txt"}:
            assert canonicalize_name(via) in names, f"{each.requirement} is for {via}, which is not locked"


@pytest.mark.parametrize("source", SOURCES)
def test_a_lock_names_no_place_to_download_from(source: str) -> None:
    text = (ROOT / source).with_suffix(".txt").read_text()
    assert not re.findall(r"https?://\S+|--(?:extra-)?index-url|--find-links", text)


def test_what_runs_on_lambda_is_what_the_tests_ran_on() -> None:
    ours = {str(each.requirement): each.hashes for each in lock_of(ENVIRONMENT)}
    for each in lock_of("requirements.in"):
        assert ours.get(str(each.requirement)) == each.hashes, each.requirement


def test_the_lock_holds_all_that_its_packages_need() -> None:
    """By the metadata of what is installed here, as far as it is what is locked."""
    lock = {
        name_of(each.requirement): each
        for each in lock_of(ENVIRONMENT)
        if each.requirement.marker is None or each.requirement.marker.evaluate()
    }
    installed = {str(canonicalize_name(each.name)): each for each in metadata.distributions()}
    extras = {name_of(each): each.extras for source in SOURCES[:2] for each in wanted_by(source)}
    seen = {name for name, each in lock.items() if name in installed and installed[name].version == each.version}
    assert len(seen) > 100
    for name in seen:
        for needed in _needs_of(installed[name], extras.get(name, set())):
            found = lock.get(name_of(needed))
            assert found, f"{name} needs {needed}, which is not locked: make lock"
            assert needed.specifier.contains(found.version, prereleases=True), f"{name} needs {needed}: make lock"


def _needs_of(distribution: metadata.Distribution, extras: set[str]) -> Iterator[Requirement]:
    for text in distribution.requires or ():
        needed = Requirement(text)
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield needed

"""Terraform as the tests run it: with providers from a mirror on this machine, and with nothing of the user's.

Its configuration, its data and its states lie in the test's own folder. Where the program is absent the tests are
skipped; CI must have it.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ESTATE = ROOT / "terraform"
REGISTRY = "registry.terraform.io"
PROVIDER = Path(REGISTRY, "hashicorp", "aws")
DEEPEST = 3  # folders below a root that a mirror is looked for in
TIMEOUT_S = 200
COLOURED = ("init", "plan", "apply", "destroy", "test", "validate")


class Failed(AssertionError):
    """Terraform ended otherwise than it had to; the message has its last lines."""


def program() -> str:
    """Return the program's path; without one the test is skipped, and in CI it fails."""
    found = shutil.which("terraform")
    if found is not None:
        return found
    reason = "Terraform is not installed: https://developer.hashicorp.com/terraform/install"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def find_mirror() -> Path | None:
    """Return a folder that holds providers as a registry's mirror, or None: then the registry itself is asked."""
    for root in _roots():
        for depth in range(DEEPEST + 1):
            for found in root.glob("/".join(["*"] * depth + [str(PROVIDER)])):
                return found.parents[len(PROVIDER.parts) - 1]
    return None


def _roots() -> Iterator[Path]:
    """Yield where mirrors usually lie, nearest first."""
    named = os.environ.get("TF_PLUGIN_MIRROR")
    if named:
        yield Path(named)
    home = Path.home()
    yield from (home / ".terraform.d", home / ".local" / "share" / "terraform")
    beside = shutil.which("terraform")
    if beside is not None:
        here = Path(beside).resolve().parent
        yield from (here / "plugins", here.parent / "share", here.parent / "lib")
    yield from (Path("/usr/local/share"), Path("/usr/share"), Path("/usr/local/lib"), Path("/var/lib"), Path("/opt"))


def write_configuration(folder: Path) -> Path:
    """Write a configuration of the program into ``folder`` and return it: a dangling one of the user's would warn."""
    file = folder / "terraform.rc"
    mirror = find_mirror()
    if mirror is not None:
        file.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    else:
        cache = folder / "plugins"
        cache.mkdir(exist_ok=True)
        file.write_text(f'plugin_cache_dir = "{cache}"\n')
    return file


@dataclass(frozen=True, slots=True)
class Terraform:
    """The program in one folder, with data of its own; ``environment`` comes on top of ours."""

    folder: Path
    data: Path
    configuration: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, well: Iterable[int] = (0,), timeout_s: int = TIMEOUT_S) -> tuple[int, str]:
        """Run it and return its status and all that it printed.

        Raises:
            Failed: the status is not among ``well``, or the time is over.
        """
        child = self.start(*arguments)
        return self.finish(child, well=well, timeout_s=timeout_s)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a run; ``finish`` ends it. Two folders may run at the same time."""
        return subprocess.Popen(
            [program(), f"-chdir={self.folder}", *arguments],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(
        self, child: subprocess.Popen[str], *, well: Iterable[int] = (0,), timeout_s: int = TIMEOUT_S
    ) -> tuple[int, str]:
        try:
            printed, _ = child.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            child.terminate()  # it lets its providers go and writes its state
            printed, _ = child.communicate(timeout=30)
            raise Failed(f"terraform {child.args!r} took over {timeout_s} s:\n{_tail(printed)}") from None
        if child.returncode not in set(well):
            raise Failed(f"terraform {child.args!r} ended with {child.returncode}:\n{_tail(printed)}")
        return child.returncode, printed

    def _environment(self) -> dict[str, str]:
        """Return ours without what could lead to somebody's account, and with what makes runs alike."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        return {
            **ours,
            "TF_CLI_CONFIG_FILE": str(self.configuration),
            "TF_DATA_DIR": str(self.data),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            **{f"TF_CLI_ARGS_{command}": "-no-color" for command in COLOURED},
            **self.environment,
        }


def _tail(printed: str, most: int = 60) -> str:
    return "\n".join(printed.splitlines()[-most:])

"""Terraform itself, for one stack in one Region."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from terraform.deploying.settings import ROOT, STACKS, Step
from terraform.deploying.terminal import agreed, tell

WORK = ROOT.parent / "build" / "terraform"
NOTHING_TO_DO, SOMETHING_TO_DO = 0, 2  # of `terraform plan -detailed-exitcode`
LOCK = "-lock-timeout=15m"  # somebody else's plan or apply of the same stack ends first


class Stopped(Exception):
    """A stack was not applied; those before it were."""


class Stack:
    """Its data, variables and plan lie in a folder of the environment below ``work``."""

    def __init__(self, step: Step, work: Path = WORK) -> None:
        self._step = step
        self._folder = work / str(step.variables["environment"])
        self._plan = self._folder / f"{step.key}.plan"

    def change(self, *options: str, ask: bool) -> None:
        """Plan, and apply that very plan, with ``ask`` once somebody said yes.

        Raises:
            Stopped: Terraform failed, or nobody approved.
        """
        if not self.plan(*options):
            return
        if ask and not agreed(f"Apply this to {self._step.key}?"):
            raise Stopped(f"{self._step.key} was not applied.")
        self._terraform("apply", "-input=false", LOCK, str(self._plan))

    def plan(self, *options: str) -> bool:
        """Show what would change and keep that plan; return whether there is anything.

        Raises:
            Stopped: Terraform failed.
        """
        tell(f"== {self._step.key}")
        self._folder.mkdir(parents=True, exist_ok=True)
        variables = self._step.write(self._folder)
        try:
            self._terraform("init", "-input=false", LOCK, "-reconfigure", *self._backend())
        except Stopped as error:
            raise Stopped(f"{error} Its state's bucket is made by stacks/0-bootstrap.") from None
        wanted = ["-detailed-exitcode", f"-var-file={variables}", f"-out={self._plan}", *options]
        found = self._terraform("plan", "-input=false", LOCK, *wanted, well=(NOTHING_TO_DO, SOMETHING_TO_DO))
        return found == SOMETHING_TO_DO

    def outputs(self) -> dict[str, Any]:
        """Return the outputs of the stack as it is, by name: none of one that was never applied."""
        command = self._command("output", "-json")
        asked = subprocess.run(command, check=False, env=self._environment(), stdout=subprocess.PIPE)  # noqa: S603
        if asked.returncode != 0:
            raise Stopped(f"the outputs of {self._step.key} cannot be read.")
        return {name: output["value"] for name, output in json.loads(asked.stdout).items()}

    def _backend(self) -> list[str]:
        step = self._step
        backend = {
            "bucket": f"{step.name}-{step.variables['account_id']}-{step.region}-state",
            "key": f"{step.stack}.tfstate",
            "region": step.region,
        }
        return [f"-backend-config={name}={value}" for name, value in backend.items()]

    def _terraform(self, *arguments: str, well: tuple[int, ...] = (0,)) -> int:
        """Run Terraform, let it speak for itself, and return its status."""
        status = subprocess.run(self._command(*arguments), check=False, env=self._environment()).returncode  # noqa: S603
        if status not in well:
            raise Stopped(f"terraform {arguments[0]} failed for {self._step.key}; what is before it stands.")
        return status

    def _command(self, *arguments: str) -> list[str]:
        return ["terraform", f"-chdir={STACKS / self._step.stack}", *arguments]

    def _environment(self) -> dict[str, str]:
        data = str(self._folder / f"{self._step.key}.data")  # of its own for each Region
        return {**os.environ, "TF_DATA_DIR": data, "TF_IN_AUTOMATION": "1"}

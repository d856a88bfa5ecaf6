"""`make plan|deploy|destroy|database-users ENV=dev SIZE=standard`: the estate, stack by stack.

Nothing is applied that was not shown: each stack's plan is kept, and that very plan is applied once somebody said yes.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from terraform.deploying import release, users
from terraform.deploying.settings import ROOT, STACKS, Step, steps_of
from terraform.packaging import authorities

WORK = ROOT.parent / "build" / "terraform"
NOTHING_TO_DO, SOMETHING_TO_DO = 0, 2  # of `terraform plan -detailed-exitcode`


class Stopped(Exception):
    """A stack was not applied; those before it were."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="terraform.deploying", description="Deploy the estate.")
    parser.add_argument("command", choices=["plan", "deploy", "destroy", "users"])
    parser.add_argument("environment", help="dev, staging or prod")
    parser.add_argument("size", help="starter, standard or full")
    parser.add_argument("--yes", action="store_true", help="do not ask: whoever starts this has approved")
    asked = parser.parse_args()
    try:
        run(asked.command, steps_of(asked.environment, asked.size), ask=not asked.yes)
    except (ValueError, Stopped, release.Failed) as error:
        sys.exit(str(error))


def run(command: str, steps: list[Step], *, ask: bool) -> None:
    """Do ``command`` with the stacks of ``steps``.

    Raises:
        Failed: the release was taken back.
        Stopped: Terraform failed, or nobody approved.
    """
    if command == "users":
        step = next(step for step in steps if step.stack == "2-region")
        _tell(f"made: {', '.join(users.make_users(step, release.client))}")
        return
    if command == "destroy":
        for step in reversed(list({step.key: step for step in steps}.values())):
            change(step, ["-destroy"], ask=ask)
        return
    if command == "deploy" and not authorities.FILE.is_file():
        raise Stopped(
            "The zip has no certificates of the database's authorities: run `make authorities`, and commit it."
        )
    for step in steps:
        change(step, [], ask=ask, only_plan=command == "plan")
    if command == "deploy":
        release.release(steps)


def change(step: Step, options: list[str], *, ask: bool, only_plan: bool = False) -> None:
    """Plan one stack and, once it is approved, apply that plan."""
    folder = WORK / str(step.variables["environment"])
    folder.mkdir(parents=True, exist_ok=True)
    variables, plan = step.write(folder), folder / f"{step.key}.plan"
    _tell(f"== {step.key}")
    backend = {
        "bucket": f"{step.name}-{step.variables['account_id']}-{step.region}-state",
        "key": f"{step.stack}.tfstate",
        "region": step.region,
    }
    configured = [f"-backend-config={name}={value}" for name, value in backend.items()]
    _terraform(step, folder, "init", "-input=false", "-reconfigure", *configured)
    found = _terraform(
        step, folder, "plan", "-input=false", f"-var-file={variables}", f"-out={plan}", "-detailed-exitcode", *options,
        well=(NOTHING_TO_DO, SOMETHING_TO_DO),
    )  # fmt: skip
    if only_plan or found == NOTHING_TO_DO:
        return
    if ask and input(f"Apply this to {step.key}? Only 'yes' does: ").strip() != "yes":
        raise Stopped(f"{step.key} was not applied.")
    _terraform(step, folder, "apply", "-input=false", str(plan))


def _terraform(step: Step, folder: Path, *arguments: str, well: tuple[int, ...] = (0,)) -> int:
    """Run Terraform in the stack's folder, with data of its own for each Region; return its status."""
    environment = {**os.environ, "TF_DATA_DIR": str(folder / f"{step.key}.data"), "TF_IN_AUTOMATION": "1"}
    command = ["terraform", f"-chdir={STACKS / step.stack}", *arguments]
    status = subprocess.run(command, check=False, env=environment).returncode  # noqa: S603
    if status not in well:
        raise Stopped(f"terraform {arguments[0]} failed for {step.key}; what is before it stands.")
    return status


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command that a person watches


if __name__ == "__main__":
    main()

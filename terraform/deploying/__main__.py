"""`make deploy ENV=dev SIZE=standard`: plan and apply the estate stack by stack, asking before each; then release.

Nothing is applied that was not shown: each stack's plan is kept and that very plan is applied.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from terraform.deploying import release
from terraform.deploying.settings import ROOT, STACKS, Step, steps_of

WORK = ROOT.parent / "build" / "terraform"
NOTHING_TO_DO, SOMETHING_TO_DO = 0, 2  # of `terraform plan -detailed-exitcode`


class Stopped(Exception):
    """A stack was not applied; those before it were."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="terraform.deploying", description="Deploy the estate.")
    parser.add_argument("environment", help="dev, staging or prod")
    parser.add_argument("size", help="starter, standard or full")
    parser.add_argument("--plan", action="store_true", help="only show what would change")
    parser.add_argument("--yes", action="store_true", help="do not ask: whoever starts this has approved")
    asked = parser.parse_args()
    try:
        steps = steps_of(asked.environment, asked.size)
        for step in steps:
            deploy(step, asked.environment, only_plan=asked.plan, ask=not asked.yes)
        if not asked.plan:
            release.release(steps)
    except (ValueError, Stopped, release.Failed) as error:
        sys.exit(str(error))


def deploy(step: Step, environment: str, *, only_plan: bool, ask: bool) -> None:
    """Plan one stack and, once it is approved, apply that plan.

    Raises:
        Stopped: Terraform failed, or nobody approved.
    """
    folder = WORK / environment
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
        step, folder, "plan", "-input=false", f"-var-file={variables}", f"-out={plan}", "-detailed-exitcode",
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

"""`make plan|deploy|destroy|database-users ENV=dev SIZE=standard`: the estate, stack by stack.

A person sees each stack's plan, and that very plan is applied once they said yes. With --yes nobody looks in between:
each plan is printed and applied at once. Who approved has then read an earlier run of `plan`, and what has changed
since is applied unseen.
"""

import argparse
import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from terraform.deploying import delegation, release, users
from terraform.deploying.settings import Step, only, steps_of
from terraform.deploying.stacks import Stack, Stopped
from terraform.deploying.terminal import tell
from terraform.packaging import authorities

# What a stack looks up was made by another; before that it cannot even be planned.
NEEDS = {"2-region": "1-global", "3-link": "2-region"}

NOBODY = "0" * 12  # whose the environments are as they come


def main() -> None:
    parser = argparse.ArgumentParser(prog="terraform.deploying", description="Deploy the estate.")
    parser.add_argument("command", choices=["plan", "deploy", "destroy", "users"])
    parser.add_argument("environment", help="dev, staging or prod")
    parser.add_argument("size", help="starter, standard or full")
    parser.add_argument("--only", metavar="STACK-REGION", help="this one alone, such as 2-region-eu-west-1")
    parser.add_argument("--yes", action="store_true", help="do not ask: whoever starts this has approved")
    asked = parser.parse_args()
    try:
        steps = steps_of(asked.environment, asked.size)
        if steps[0].variables["account_id"] == NOBODY:
            raise Stopped(f"Put your account_id into terraform/environments/{asked.environment}.tfvars.")
        run(asked.command, steps if asked.only is None else only(steps, asked.only), ask=not asked.yes)
    except (ValueError, Stopped, release.Failed, ClientError, BotoCoreError) as error:
        sys.exit(str(error))


def run(command: str, steps: list[Step], *, ask: bool) -> None:
    """Do ``command`` with the stacks of ``steps``.

    Raises:
        Failed: the release was taken back.
        Stopped: Terraform failed, nobody approved, or something is to be done by hand first.
    """
    if command == "users":
        step = next(step for step in steps if step.stack == "2-region")
        tell(f"made: {', '.join(users.make_users(step, release.client))}")
    elif command == "destroy":
        for step in reversed(_once(steps)):
            Stack(step).change("-destroy", ask=ask)
    elif command == "plan":
        plan([(step, Stack(step)) for step in _once(steps)])
    else:
        if not authorities.FILE.is_file():
            raise Stopped(
                "The zip has no certificates of the database's authorities: run `make authorities`, and commit it."
            )
        deploy([(step, Stack(step)) for step in steps], ask=ask)
        release.release(steps)


def plan(stacks: list[tuple[Step, Stack]]) -> None:
    """Show what would change; of stacks that look up what is not made yet, say so."""
    unmade = set()
    for step, stack in stacks:
        need = NEEDS.get(step.stack)
        if need in unmade:
            tell(f"== {step.key} is planned once {need} is applied: it looks up what that makes.")
            unmade.add(step.stack)
            continue
        stack.plan()
        if not stack.outputs():
            unmade.add(step.stack)


def deploy(
    stacks: list[tuple[Step, Stack]], *, ask: bool, look_up: Callable[[str], set[str]] = delegation.public_servers
) -> None:
    """Apply stack by stack, and see in between that the zone's certificates can be proven."""
    for step, stack in stacks:
        stack.change(ask=ask)
        zone = step.variables.get("zone_name")
        if step.stack == "1-global" and zone is not None:
            delegation.check(zone, stack.outputs()["name_servers"], ask=ask, look_up=look_up)


def _once(steps: list[Step]) -> list[Step]:
    return list({step.key: step for step in steps}.values())


if __name__ == "__main__":
    main()

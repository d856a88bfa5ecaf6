"""The roles of modules/delivery, with the policies that the real provider makes (its tests/rights.tftest.hcl)."""

import functools
import re
from typing import Any, NamedTuple

from terraform.deploying.settings import ROOT
from tests.terraform.plans import Estate, run_tests
from tests.terraform.rights import Document, Role, document

IAM = "arn:aws:iam::000000000000"
OURS = f"{IAM}:role/plotihub-dev-eu-west-1-api-handler"
BOUNDARIES = [f"{IAM}:policy/plotihub-dev-boundary-{region}" for region in ("eu-west-1", "eu-central-1")]
LIMITS = f"{IAM}:policy/plotihub-dev-deploy-boundary"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
KNOWN = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
AUDIT = "arn:aws:s3:::plotihub-dev-000000000000-audit"
STATE = "arn:aws:s3:::plotihub-dev-000000000000-eu-central-1-state"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/some"
GITHUB = "token.actions.githubusercontent.com"

# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html
POWER_USER = {
    "Statement": [
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles"],
            "Resource": "*",
        },
    ]
}
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Delivery(NamedTuple):
    """``administrator`` is a role of the estate whose own policies allow everything."""

    deploy: Role
    plan: Role
    administrator: Role
    trusts: dict[str, Document]

    def listed(self, action: str, test: str, key: str) -> set[str]:
        """Return the values of the condition under which the deploy role is given ``action``."""
        (said,) = (each for each in self.deploy.policies[1]["Statement"] if each["Action"] == action)
        return set(said["Condition"][test][key])


@functools.cache
def _made(estate: Estate) -> dict[str, Any]:
    """Return what the module makes by its address, planned once."""
    told = run_tests(estate.prepare("modules/delivery"), "-verbose", "-filter=tests/rights.tftest.hcl")
    (plan,) = (each["test_plan"] for each in told if each["type"] == "test_plan")
    return {each["address"]: each["change"]["after"] for each in plan["resource_changes"]}


def delivery_of(estate: Estate) -> Delivery:
    made = _made(estate)
    attached = [each["policy_arn"] for name, each in made.items() if "_policy_attachment." in name]
    assert attached == ["arn:aws:iam::aws:policy/PowerUserAccess"], "the only one that is written down here"
    boundaries = {each["arn"]: document(each["policy"]) for name, each in made.items() if "aws_iam_policy." in name}
    own = {name: document(made[f"aws_iam_role_policy.{name}[0]"]["policy"]) for name in ("deploy_roles", "plan")}

    def role(name: str, *given: Document) -> Role:
        bound = made[f"aws_iam_role.{name}[0]"]["permissions_boundary"]
        return Role(list(given), EVERYTHING if bound is None else boundaries[bound])

    return Delivery(
        role("deploy", POWER_USER, own["deploy_roles"]),
        role("plan", own["plan"]),
        Role([EVERYTHING], boundaries[BOUNDARIES[0]]),
        {name: document(made[f"aws_iam_role.{name}[0]"]["assume_role_policy"]) for name in ("deploy", "plan")},
    )


def find_in_sources(pattern: re.Pattern[str]) -> set[str]:
    """Return what ``pattern`` finds in all that is deployed, which is all but what deploys."""
    files = [each for each in ROOT.glob("*/*/*.tf") if each.parent.name not in ("0-bootstrap", "delivery")]
    return {found for each in files for found in pattern.findall(each.read_text())}

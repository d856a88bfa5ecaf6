"""Who is on call may do what the run-books tell them to, and nobody's secret is spoilt by an apply."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from terraform.deploying.settings import ROOT
from tests.terraform.test_static import labelled, read

pytestmark = pytest.mark.terraform

RUNBOOKS = ROOT.parent / "docs" / "runbooks"
IDENTITY = ROOT / "modules" / "identity"
OF_OPERATORS = {"jobs", "messages", "region-lost", "rollback", "secrets", "sign-in"}
# Done with rights over the whole estate, by who makes it, makes it anew or takes it down.
OF_ADMINISTRATORS = {"first-deployment", "region-pair", "restore", "teardown", "upgrade"}

COMMAND = re.compile(r"\baws ([a-z0-9-]+) ([a-z0-9-]+)((?:\\\n|[^\n`|;])*)")
OPTION = re.compile(r"--(function-name|name|queue-url) (\S+)")
RIGHT = {("lambda", "invoke"): "lambda:InvokeFunction"}  # where the CLI's word is not IAM's
WAITS = "wait"  # for what a describing command tells


def commands(book: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the right that each `aws` command of a run-book needs, in small letters, and what it names."""
    for service, command, rest in COMMAND.findall((RUNBOOKS / f"{book}.md").read_text()):
        if command != WAITS:
            right = RIGHT.get((service, command), f"{service}:{command.replace('-', '')}")
            yield right.lower(), dict(OPTION.findall(rest))


def statements() -> list[dict[str, Any]]:
    documents = dict(labelled(read(IDENTITY)["data"]))
    found: list[dict[str, Any]] = documents["aws_iam_policy_document.operator"]["statement"]
    return found


def allowing(right: str) -> list[dict[str, Any]]:
    return [each for each in statements() if right in [action.lower() for action in each["actions"]]]


def within_account(statement: dict[str, Any]) -> list[str]:
    """Return what comes after the account in the ARNs of a statement, as of prod."""
    filled = [
        each.replace("${var.name}", "plotihub-prod").replace("${var.parameter_prefix}", "/plotihub-prod")
        for each in statement["resources"]
    ]
    return [each.partition("${local.account_id}:")[2] for each in filled]


def test_every_run_book_says_whose_it_is() -> None:
    assert {book.stem for book in RUNBOOKS.glob("*.md")} == OF_OPERATORS | OF_ADMINISTRATORS


def test_commands_are_found_over_several_lines() -> None:
    assert ("ssm:putparameter", {"name": "/plotihub-prod/africastalking_api_key"}) in list(commands("secrets"))
    assert {"rds:failoverglobalcluster", "lambda:invokefunction"} <= {right for right, _ in commands("region-lost")}


@pytest.mark.parametrize("book", sorted(OF_OPERATORS))
def test_an_operator_may_do_what_a_run_book_says(book: str) -> None:
    lacking = {right for right, _ in commands(book) if not allowing(right)}
    assert lacking == set()


@pytest.mark.parametrize("book", sorted(OF_OPERATORS))
def test_an_operator_may_invoke_what_a_run_book_invokes(book: str) -> None:
    (said,) = allowing("lambda:invokefunction")
    names = re.findall(r'"(\w+)"', said["resources"].partition(" : ")[0])
    assert names == ["run_job", "drop_password", "grant"]
    for right, told in commands(book):
        if right == "lambda:invokefunction":
            assert any(fnmatchcase(told["function-name"], f"plotihub-*-{name}:*") for name in names), told


def test_an_operator_may_do_what_run_books_say_without_a_command() -> None:
    """Redriving what is encrypted, fencing a Region, pausing a queue, keeping a lost writer's snapshot."""
    for right in (
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:Encrypt",
        "lambda:DeleteFunctionConcurrency",
        "lambda:UpdateEventSourceMapping",
        "rds:CopyDBClusterSnapshot",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeEvents",
        "sqs:PurgeQueue",
        "sqs:StartMessageMoveTask",
    ):
        assert allowing(right.lower()), right


@pytest.mark.parametrize(
    ("right", "named"),
    [
        ("logs:StartQuery", "log-group:/aws/lambda/plotihub-prod-send_code"),
        ("logs:StartQuery", "log-group:/aws/lambda/cwsyn-plotihub-prod-health-0a1b2c"),
        ("ssm:GetParameter", "parameter/plotihub-prod/identity/pool_id"),
    ],
)
def test_an_operator_may_read_what_a_run_book_names(right: str, named: str) -> None:
    (said,) = allowing(right.lower())
    assert any(fnmatchcase(named, pattern) for pattern in within_account(said)), said["resources"]


def test_an_operator_reads_no_secret() -> None:
    (said,) = allowing("ssm:getparameter")
    secret = "parameter/plotihub-prod/africastalking_api_key"
    assert not any(fnmatchcase(secret, pattern) for pattern in within_account(said))


def test_the_key_serves_an_operator_by_other_services_only() -> None:
    uses = [each for each in statements() if any(action.startswith("kms:") for action in each["actions"])]
    assert len(uses) == 2
    for each in uses:
        assert each["resources"] == ["${var.kms_key_arn}"]
        (condition,) = each["condition"]
        assert condition["variable"] == "kms:ViaService"


def test_only_what_looks_is_for_everything() -> None:
    for each in statements():
        if each["resources"] == ["*"]:
            verbs = {action.partition(":")[2] for action in each["actions"]}
            assert all(verb.startswith(("Describe", "Get", "List")) for verb in verbs), each["sid"]


def test_no_apply_changes_a_secret_that_was_filled_by_hand() -> None:
    """With any other change of it the provider puts the value anew: none, which AWS refuses, or the first one."""
    (lifecycle,) = dict(labelled(read(IDENTITY)["resource"]))["aws_ssm_parameter.secret"]["lifecycle"]
    ignored = {name.strip("${}") for name in lifecycle["ignore_changes"]}
    assert {"description", "key_id", "tier", "value_wo_version"} <= ignored


@pytest.mark.parametrize(
    "file",
    [RUNBOOKS / "secrets.md", RUNBOOKS / "first-deployment.md", IDENTITY / "README.md"],
    ids=lambda file: file.name,
)
def test_a_secret_is_put_under_the_key_of_the_region(file: Path) -> None:
    told = [rest for service, command, rest in COMMAND.findall(file.read_text()) if command == "put-parameter"]
    assert told
    assert all("--key-id alias/plotihub-" in rest for rest in told)

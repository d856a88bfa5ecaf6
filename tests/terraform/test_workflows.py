"""GitHub's workflows: what runs there is what runs on a laptop, with no more rights than it needs.

Checked against GitHub's schema of workflows, since actionlint is no Python package.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.terraform import checkers

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
SESSION = re.compile(r'"deploy" \{.*?max_session_duration = (\d+)', re.DOTALL)
LONGEST = 180  # minutes of a deployment: a first one makes two Regions' clusters, proxies and CloudFront

pytestmark = pytest.mark.terraform
each_workflow = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text())
    return found


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in read(file)["jobs"].values():
        yield from job["steps"]


def test_there_is_one_for_checks_for_plans_and_for_deployments() -> None:
    assert [file.stem for file in WORKFLOWS] == ["checks", "deploy", "plan"]


@pytest.mark.slow
def test_they_are_as_github_reads_them() -> None:
    command = [
        checkers.program("check-jsonschema"),
        "--builtin-schema",
        "vendor.github-workflows",
        *map(str, WORKFLOWS),
    ]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout


@each_workflow
def test_actions_are_pinned_to_a_commit_and_say_their_version(file: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in file.read_text().splitlines() if "uses: " in line]
    assert used
    for line in used:
        assert PINNED.fullmatch(line), line


@each_workflow
def test_rights_are_named_and_the_fewest(file: Path) -> None:
    workflow = read(file)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for name, job in workflow["jobs"].items():
        asked = job.get("permissions", {})
        writes = {right for right, level in asked.items() if level == "write"}
        takes_role = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        expected = {"id-token"} if takes_role else {"pull-requests"} if name == "comment" else set()
        assert writes == expected, name
        if takes_role:
            assert "environment" in job, "whose reviewers approve, and which AWS asks for"


@each_workflow
def test_there_is_no_long_lived_key(file: Path) -> None:
    text = file.read_text()
    assert "secrets." not in text
    assert "aws-access-key-id" not in text
    for step in steps(file):
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@each_workflow
def test_every_job_ends_and_no_two_meet(file: Path) -> None:
    workflow = read(file)
    assert workflow["concurrency"]["group"]
    assert workflow["concurrency"]["cancel-in-progress"] is (file.stem == "checks")
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= (LONGEST if (file.stem, name) == ("deploy", "deploy") else 60), name


@each_workflow
def test_nothing_that_somebody_else_writes_is_run(file: Path) -> None:
    """A branch's or a title's text in a script would be run as one."""
    for step in steps(file):
        assert "${{" not in step.get("run", "")


@each_workflow
def test_what_is_run_is_there(file: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    for step in steps(file):
        asked = set(re.findall(r"^make ([a-z-]+)", step.get("run", "")))
        assert asked <= targets
    assert any(step.get("run", "").startswith(("make ", ".ci/run")) for step in steps(file))


def takes(job: dict[str, Any]) -> dict[str, Any]:
    """Return with what a job takes its role on."""
    (step,) = (each for each in job["steps"] if "configure-aws-credentials" in each.get("uses", ""))
    found: dict[str, Any] = step["with"]
    return found


def test_whoever_plans_has_an_environment_and_a_role_that_deploy_nothing() -> None:
    jobs = {file.stem: read(file)["jobs"] for file in WORKFLOWS}
    deploys = jobs["deploy"]["deploy"]
    assert takes(deploys)["role-to-assume"] == "${{ vars.DEPLOY_ROLE_ARN }}"
    for name, wanted in (("deploy", deploys["environment"]), ("plan", "${{ vars.ENVIRONMENT }}")):
        planning = jobs[name]["plan"]
        assert planning["environment"] == f"{wanted}-plan"
        assert takes(planning)["role-to-assume"] == "${{ vars.PLAN_ROLE_ARN }}"
        assert planning["env"]["TF_CLI_ARGS_plan"] == "-refresh=false", "a refresh would ask what the role may not read"
    assert "TF_CLI_ARGS_plan" not in deploys["env"], "what is applied is what AWS has"


def test_the_session_lasts_as_long_as_the_deployment_and_the_role_lets_it() -> None:
    (file,) = (each for each in WORKFLOWS if each.stem == "deploy")
    job = read(file)["jobs"]["deploy"]
    found = SESSION.search((ROOT / "terraform" / "modules" / "delivery" / "deploy.tf").read_text())
    assert found is not None
    assert takes(job)["role-duration-seconds"] == int(found[1]) == 60 * job["timeout-minutes"] == 60 * LONGEST


def test_plans_and_deployments_wait_for_their_own_kind() -> None:
    """GitHub keeps one waiting run of a group and cancels the others; Terraform's lock keeps the two kinds apart."""
    groups = {file.stem: read(file)["concurrency"]["group"] for file in WORKFLOWS}
    assert len({group.split("-")[0] for group in groups.values()}) == len(WORKFLOWS)


def test_a_deployment_is_the_same_command_as_on_a_laptop() -> None:
    (file,) = (each for each in WORKFLOWS if each.stem == "deploy")
    jobs = read(file)["jobs"]
    assert jobs["deploy"]["needs"] == "plan"
    assert [step["run"] for step in jobs["deploy"]["steps"] if "run" in step] == [
        'make deploy ENV="$ENVIRONMENT" SIZE="$SIZE" YES=1'
    ]


def test_a_fork_never_meets_the_role() -> None:
    (file,) = (each for each in WORKFLOWS if each.stem == "plan")
    assert "pull_request_target" not in file.read_text()
    said = read(file)["jobs"]["plan"]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in said


def test_terraform_is_of_one_version() -> None:
    found = {
        step["with"]["terraform_version"]
        for file in WORKFLOWS
        for step in steps(file)
        if "setup-terraform" in step.get("uses", "")
    }
    assert len(found) == 1

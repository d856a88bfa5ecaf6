"""What `make plan` and `make deploy` do with the stacks: which, with which variables, in which order, and when not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from terraform.deploying import __main__ as deploying
from terraform.deploying import delegation
from terraform.deploying.settings import Step, only, steps_of
from terraform.deploying.stacks import Stack, Stopped

ENVIRONMENTS, SIZES = ("dev", "staging", "prod"), ("starter", "standard", "full")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("size", SIZES)
def test_each_size_of_each_environment_names_its_stacks_in_order(environment: str, size: str) -> None:
    steps = [step.key for step in steps_of(environment, size)]
    one = ["1-global-eu-west-1", "2-region-eu-west-1"]
    linked = ["2-region-eu-central-1", "3-link-eu-west-1", "2-region-eu-west-1", "2-region-eu-central-1"]
    assert steps == (one if size == "starter" else one + linked)


def test_a_region_is_told_of_itself_and_of_where_the_other_is() -> None:
    _, one, other, *_ = steps_of("prod", "standard")
    assert (one.variables["region"], one.variables["other_region"]) == ("eu-west-1", "eu-central-1")
    assert (other.variables["region"], other.variables["other_region"]) == ("eu-central-1", "eu-west-1")
    assert one.variables["primary_region"] == other.variables["primary_region"] == "eu-west-1"
    assert one.variables["deletion_protection"] is True
    assert one.name == "plotihub-prod"


def test_one_region_copies_its_backups_to_the_second() -> None:
    for step in steps_of("dev", "starter"):
        assert step.variables["other_region"] is None
        assert step.variables["backup_region"] == "eu-central-1"


def test_networks_of_all_environments_and_regions_differ() -> None:
    taken = [cidr for name in ENVIRONMENTS for cidr in steps_of(name, "full")[1].variables["cidrs"].values()]
    assert len(set(taken)) == len(taken) == 6


def test_variables_are_written_as_terraform_reads_them(tmp_path: Path) -> None:
    step = steps_of("dev", "full")[1]
    assert json.loads(step.write(tmp_path).read_text()) == step.variables
    assert all(not name.startswith("__") for name in step.variables)


@pytest.mark.parametrize(("environment", "size"), [("test", "full"), ("dev", "huge"), ("../dev", "full")])
def test_what_is_not_there_is_named_with_what_is(environment: str, size: str) -> None:
    with pytest.raises(ValueError, match="among: "):
        steps_of(environment, size)


def test_a_value_that_no_stack_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="no stack takes: minimum_acu"):
        steps_of("dev", "full", minimum_acu=1)


def test_a_drained_region_alone_is_told_so() -> None:
    steps = steps_of("dev", "standard", drained_regions=["eu-central-1"])
    drained = {step.key: step.variables.get("drained") for step in steps}
    assert drained == {
        "1-global-eu-west-1": None,
        "2-region-eu-west-1": False,
        "2-region-eu-central-1": True,
        "3-link-eu-west-1": None,
    }


def test_drained_for_all_or_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no stack takes: drained$"):
        steps_of("dev", "standard", drained=True)
    with pytest.raises(ValueError, match="not: us-east-1"):
        steps_of("dev", "standard", drained_regions=["us-east-1"])


def test_an_environment_that_is_nobodys_is_refused_before_anything_is_asked() -> None:
    command = [sys.executable, "-m", "terraform.deploying", "plan", "prod", "starter"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Put your account_id into terraform/environments/prod.tfvars.\n"


def test_one_stack_alone_is_taken_once() -> None:
    steps = steps_of("dev", "standard")
    assert only(steps, "2-region-eu-west-1") == [steps[1]]
    with pytest.raises(ValueError, match=r"no 'eu-west-1' among: 1-global-eu-west-1, 2-region-eu-west-1, "):
        only(steps, "eu-west-1")


class Paper(Stack):
    """A stack whose outputs are ``made``'s, by key; ``told`` keeps what was done with it."""

    def __init__(self, step: Step, made: dict[str, dict[str, Any]], told: list[str]) -> None:
        super().__init__(step)
        self.step, self.made, self.told = step, made, told

    def plan(self, *options: str) -> bool:
        self.told.append(f"plan {self.step.key}")
        return True

    def change(self, *options: str, ask: bool) -> None:
        self.told.append(f"change {self.step.key}")

    def outputs(self) -> dict[str, Any]:
        return self.made.get(self.step.key, {})


def on_paper(steps: list[Step], made: dict[str, dict[str, Any]]) -> tuple[list[tuple[Step, Stack]], list[str]]:
    told: list[str] = []
    return [(step, Paper(step, made, told)) for step in steps], told


def test_on_an_empty_account_what_looks_up_others_is_not_planned(capsys: pytest.CaptureFixture[str]) -> None:
    stacks, told = on_paper(steps_of("dev", "standard"), {})
    deploying.plan(stacks)
    assert told == ["plan 1-global-eu-west-1"]
    said = capsys.readouterr().out
    assert "== 2-region-eu-west-1 is planned once 1-global is applied: it looks up what that makes." in said
    assert "== 3-link-eu-west-1 is planned once 2-region is applied" in said


def test_a_link_is_planned_once_both_regions_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    steps = steps_of("dev", "standard")[:4]
    made: dict[str, dict[str, Any]] = {"1-global-eu-west-1": {"name_servers": []}, "2-region-eu-west-1": {"pool": "x"}}
    stacks, told = on_paper(steps, made)
    deploying.plan(stacks)
    assert told == ["plan 1-global-eu-west-1", "plan 2-region-eu-west-1", "plan 2-region-eu-central-1"]
    stacks, told = on_paper(steps, made | {"2-region-eu-central-1": {"pool": "y"}})
    deploying.plan(stacks)
    assert told[-1] == "plan 3-link-eu-west-1"


SERVERS = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]


def test_a_zone_that_nobody_is_sent_to_stops_before_its_certificates() -> None:
    steps = steps_of("dev", "starter", zone_name="plotihub.invalid", domain="api.plotihub.invalid")
    stacks, told = on_paper(steps, {"1-global-eu-west-1": {"name_servers": SERVERS}})
    with pytest.raises(Stopped, match=r"registrar.*\n  ns-1\.awsdns-01\.org\n  ns-2\.awsdns-02\.com"):
        deploying.deploy(stacks, look_up=lambda zone: {"ns.elsewhere.example"}, ask=False)
    assert told == ["change 1-global-eu-west-1"]


def test_a_zone_that_the_world_is_sent_to_goes_on() -> None:
    steps = steps_of("dev", "starter", zone_name="plotihub.invalid", domain="api.plotihub.invalid")
    stacks, told = on_paper(steps, {"1-global-eu-west-1": {"name_servers": SERVERS}})
    deploying.deploy(stacks, look_up=lambda zone: {SERVERS[0]}, ask=False)
    assert told[-1] == "change 2-region-eu-west-1"


def test_an_estate_without_a_zone_asks_nobody() -> None:
    def look_up(zone: str) -> set[str]:
        raise AssertionError(zone)

    stacks, told = on_paper(steps_of("dev", "standard"), {})
    deploying.deploy(stacks, look_up=look_up, ask=False)
    assert [each.removeprefix("change ") for each in told] == [step.key for step, _ in stacks]


def test_where_the_world_cannot_be_asked_a_workflow_goes_on_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    def look_up(zone: str) -> set[str]:
        raise TimeoutError("no route")

    delegation.check("plotihub.example", SERVERS, ask=False, look_up=look_up)
    assert "plotihub.example could not be looked up: TimeoutError('no route')" in capsys.readouterr().out


def test_name_servers_are_read_as_the_resolver_tells_them() -> None:
    answer = {
        "Status": 0,
        "Question": [{"name": "plotihub.example.", "type": 2}],
        "Answer": [
            {"name": "plotihub.example.", "type": 2, "TTL": 21600, "data": "NS-1.awsdns-01.org."},
            {"name": "plotihub.example.", "type": 46, "TTL": 21600, "data": "ns 8 2 21600"},
        ],
    }
    assert delegation.servers_in(answer) == {"ns-1.awsdns-01.org"}
    assert delegation.servers_in({"Status": 3, "Authority": [{"type": 6, "data": "a.gtld-servers.net."}]}) == set()


TERRAFORM = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
case "$2" in plan) exit 2 ;; output) echo '{"pool": {"sensitive": false, "type": "string", "value": "x"}}' ;; esac
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where a program that stands for Terraform writes down what it is asked."""
    program = tmp_path / "terraform"
    program.write_text(TERRAFORM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path / "asked"


def test_a_stack_waits_for_whoever_holds_its_state(asked: Path, tmp_path: Path) -> None:
    stack = Stack(steps_of("dev", "standard")[1], tmp_path / "work")
    stack.change(ask=False)
    commands = [line.split() for line in asked.read_text().splitlines()]
    assert [command[1] for command in commands] == ["init", "plan", "apply"]
    assert all("-lock-timeout=15m" in command for command in commands)
    (kept,) = (word.removeprefix("-out=") for word in commands[1] if word.startswith("-out="))
    assert commands[2][-1] == kept
    assert "-backend-config=bucket=plotihub-dev-000000000000-eu-west-1-state" in commands[0]
    assert stack.outputs() == {"pool": "x"}

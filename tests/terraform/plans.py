"""Plans of the estate without AWS: what `terraform test` planned on mocks, read from what it tells as JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from terraform.deploying.settings import Step
from tests.terraform.provider import Provider
from tests.terraform.sharing import once
from tests.terraform.terraform import Failed, Terraform

# Terraform lives for seconds, and spends a third of them on clearing up after its provider's schemas.
GREEDY = {"GOGC": "off", "GOMEMLIMIT": "1500MiB"}


class Resource(NamedTuple):
    """One planned resource, or a document that is read only while applying.

    ``values`` is what is known of it while planning; what is not known yet is None there and True in ``unknown``.
    """

    address: str
    mode: str
    kind: str
    values: dict[str, Any]
    unknown: dict[str, Any]

    def knows(self, name: str) -> bool:
        """Whether something is set there: a value, or one that another resource will give."""
        return self.values.get(name) is not None or self.unknown.get(name) is True


class Plan(NamedTuple):
    """What would be made by one stack in one Region."""

    step: Step
    resources: list[Resource]

    def of(self, *kinds: str) -> list[Resource]:
        return [each for each in self.resources if each.mode == "managed" and each.kind in kinds]

    def documents(self) -> list[Resource]:
        """Return the policies that name what the plan makes; a test of the source reads the others."""
        return [each for each in self.resources if each.kind == "aws_iam_policy_document"]

    def made(self) -> int:
        return sum(each.mode == "managed" for each in self.resources)


class Estate:
    """The copy that is planned; plans are kept for all workers of the run."""

    def __init__(self, copy: Path, shared: Path, configuration: Path, provider: Provider) -> None:
        self._copy, self._shared, self._configuration, self._provider = copy, shared, configuration, provider

    def prepare(self, folder: str) -> Terraform:
        """Return Terraform in ``folder`` of the copy, such as "stacks/2-region", initialised once a run."""
        name = folder.replace("/", "-")

        def initialise(data: Path) -> None:
            self._terraform(folder, data).run("init", "-backend=false", "-input=false")

        data = once(self._shared / f"{name}.data", initialise)
        terraform = self._terraform(folder, data)
        if configures(terraform.folder):
            return terraform
        return replace(terraform, environment={**GREEDY, **self._provider.environment(data)})

    def _terraform(self, folder: str, data: Path) -> Terraform:
        return Terraform(self._copy / folder, data, self._configuration)

    def plan(self, environment: str, size: str, step: Step) -> Plan:
        """Return what ``step`` would make, planned once a run.

        Raises:
            Failed: it does not plan, warns, or one of the stack's own assertions fails.
        """
        kept = once(self._shared / f"{environment}-{size}-{step.key}", lambda folder: self._plan(step, folder))
        found = json.loads((kept / "resources.json").read_text())
        return Plan(step, [Resource(**each) for each in found])

    def _plan(self, step: Step, folder: Path) -> None:
        joins = step.stack == "2-region" and step.region != step.variables["primary_region"]
        tests = f"tests/{'joining' if joins else 'estate'}.tftest.hcl"
        variables = f"-var-file={step.write(folder)}"
        told = run_tests(self.prepare(f"stacks/{step.stack}"), "-verbose", f"-filter={tests}", variables)
        planned = [each["test_plan"] for each in told if each["type"] == "test_plan"]
        assert len(planned) == 1, "each file of these plans once"
        resources = [_resource(each)._asdict() for each in planned[0]["resource_changes"]]
        (folder / "resources.json").write_text(json.dumps(resources))


def configures(folder: Path) -> bool:
    """Tell whether a test of the folder configures a provider, which one process bears once only; a mock is none."""
    return any(re.search(r'^provider "', file.read_text(), re.MULTILINE) for file in folder.glob("tests/*.tftest.hcl"))


def run_tests(terraform: Terraform, *arguments: str) -> list[dict[str, Any]]:
    """Run `terraform test` and return its messages.

    Raises:
        Failed: a run did not pass, or something was warned of.
    """
    status, printed = terraform.run("test", "-json", *arguments, well=(0, 1))
    told = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    wrong = [_described(each["diagnostic"]) for each in told if each["type"] == "diagnostic"]
    if status or wrong:
        raise Failed("\n".join([f"{terraform.folder}:", *wrong] if told else [printed]))
    return told


def _described(diagnostic: Mapping[str, Any]) -> str:
    where = diagnostic.get("range", {})
    place = f"{where.get('filename')}:{where.get('start', {}).get('line')}"
    return f"{diagnostic['severity']}: {diagnostic['summary']}: {diagnostic.get('detail', '')} ({place})"


def _resource(change: Mapping[str, Any]) -> Resource:
    planned = change["change"]
    return Resource(
        change["address"], change["mode"], change["type"], planned["after"] or {}, planned["after_unknown"] or {}
    )


def statements(document: Resource) -> Iterator[dict[str, Any]]:
    """Yield the statements of a policy; a resource that is not known yet is None among ``resources``."""
    yield from document.values.get("statement") or []

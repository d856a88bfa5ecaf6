"""A copy of the estate that is applied to the emulator, and what only that copy says.

Everything in which it differs from the estate is in ``_override``.
"""

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import boto3

from terraform.deploying.settings import Step, steps_of
from terraform.packaging.__main__ import package_canary
from tests.terraform import gaps
from tests.terraform.terraform import ESTATE, Terraform

ENVIRONMENT, SIZE = "dev", "full"
ZONE, DOMAIN = "plotihub.example", "api.plotihub.example"
NAME = "plotihub-dev"
CODE, ZIP = "code-for-the-emulator", "deployment.zip"
TIMEOUT_S = 400
PARALLELISM = 30  # the emulator is near; most of an apply is the provider's waiting
PROVIDER = re.compile(r'^provider "aws" \{\n(?:  alias\s+= "(\w+)"\n)?', re.MULTILINE)
NOTHING_TO_DO, SOMETHING_TO_DO = 0, 2  # of `terraform plan -detailed-exitcode`


class Change(NamedTuple):
    """An attribute of a resource that a plan would change; ``attribute`` is "" for the whole of it."""

    address: str
    attribute: str


class Applied:
    """The copy, one state for each stack and Region."""

    def __init__(self, folder: Path, url: str, packaged: Path, configuration: Path) -> None:
        self.url, self._folder, self._configuration = url, folder, configuration
        self.printed: list[str] = []  # the last line of each apply and destroy
        overrides = {"account_id": gaps.ACCOUNT, "zone_name": ZONE, "domain": DOMAIN, "email_domain": ZONE}
        # The last two as no environment has them.
        self.steps = steps_of(ENVIRONMENT, SIZE, **overrides, cdn_domain=f"www.{ZONE}", cost_anomalies=True)
        _copy(folder, packaged)
        bucket = self.client("s3", "us-east-1")
        bucket.create_bucket(Bucket=CODE)
        bucket.upload_file(str(self.api / ZIP), CODE, ZIP)
        for step in self._each_once():
            self._terraform(step).run("init", "-input=false")

    def _each_once(self) -> Iterator[Step]:
        yield from {step.key: step for step in self.steps}.values()

    @property
    def api(self) -> Path:
        """Folder of the module ``api``, with what was packaged."""
        return self._folder / "modules" / "api"

    def client(self, service: str, region: str) -> Any:
        return boto3.client(
            service, region_name=region, endpoint_url=self.url, aws_access_key_id="test", aws_secret_access_key="test"
        )

    def apply(self, step: Step) -> None:
        _, printed = self._terraform(step).run("apply", "-auto-approve", *self._given(step), timeout_s=TIMEOUT_S)
        self._keep(step, printed)

    def destroy(self, step: Step) -> None:
        _, printed = self._terraform(step).run("destroy", "-auto-approve", *self._given(step), timeout_s=TIMEOUT_S)
        self._keep(step, printed)

    def plan(self, step: Step) -> dict[str, Any]:
        """Return a plan of ``step`` as Terraform's JSON."""
        file = self._folder / f"{step.key}.plan"
        well = (NOTHING_TO_DO, SOMETHING_TO_DO)
        terraform = self._terraform(step)
        terraform.run("plan", "-detailed-exitcode", f"-out={file}", *self._given(step), well=well)
        _, printed = terraform.run("show", "-json", str(file))
        planned: dict[str, Any] = json.loads(printed)
        return planned

    def together(self, work: Callable[[Step], Any], steps: Iterable[Step]) -> list[Any]:
        """Do ``work`` for ``steps`` at the same time: they are of different Regions, and mostly wait."""
        with ThreadPoolExecutor() as pool:
            return list(pool.map(work, steps))

    def kinds(self) -> set[str]:
        """Return the kinds of resources that all states together hold."""
        found = set()
        for step in self._each_once():
            state = json.loads(self._state(step).read_text())
            found |= {each["type"] for each in state["resources"] if each["mode"] == "managed" and each["instances"]}
        return found

    def _terraform(self, step: Step) -> Terraform:
        environment = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        folder = self._folder / "stacks" / step.stack
        return Terraform(folder, self._folder / f"{step.key}.data", self._configuration, environment)

    def _given(self, step: Step) -> list[str]:
        variables = step.write(self._folder)
        return [
            "-input=false", f"-parallelism={PARALLELISM}", f"-var-file={variables}", f"-state={self._state(step)}",
        ]  # fmt: skip

    def _state(self, step: Step) -> Path:
        return self._folder / f"{step.key}.tfstate"

    def _keep(self, step: Step, printed: str) -> None:
        last = [line for line in printed.splitlines() if line.startswith(("Apply complete", "Destroy complete"))]
        with (self._folder / f"{step.key}.log").open("a") as log:
            log.write(printed)
        self.printed.append(f"{step.key}: {''.join(last)}")


def changes_of(plan: dict[str, Any]) -> list[Change]:
    """Return what ``plan`` would change, attribute by attribute."""
    found = []
    for each in plan["resource_changes"]:
        planned = each["change"]
        if planned["actions"] in (["no-op"], ["read"]):
            continue
        if planned["actions"] != ["update"]:
            found.append(Change(each["address"], ""))
            continue
        before, after, unknown = planned["before"], planned["after"], planned["after_unknown"]
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        changed |= {name for name in unknown if unknown[name] is True}
        found += [Change(each["address"], name) for name in sorted(changed)]
    return found


def _copy(into: Path, packaged: Path) -> None:
    idle = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.json", "*.zip", "backend.tf", "tests")
    for name in ("modules", "stacks"):
        shutil.copytree(ESTATE / name, into / name, ignore=idle)
    for file in packaged.glob("*.json"):
        shutil.copy(file, into / "modules" / "api")
    with zipfile.ZipFile(into / "modules" / "api" / ZIP, "w") as archive:
        archive.writestr("app.py", "app = None\n")  # the emulator runs no function
    package_canary(into / "modules" / "canary")
    _take_code_from_bucket(into / "modules" / "api" / "chalice_override.tf.json")
    for file in into.rglob("*.tf"):
        _override(file)


def _take_code_from_bucket(override: Path) -> None:
    """The provider makes functions one after another, 5 s each, so as to read one zip at a time into its memory."""
    packaged = json.loads(override.read_text())
    for function in packaged["resource"]["aws_lambda_function"].values():
        function |= {"filename": None, "s3_bucket": CODE, "s3_key": ZIP}
    override.write_text(json.dumps(packaged))


def _override(file: Path) -> None:
    """Let the copy be destroyed, with its data, and let its providers speak to an emulator."""
    text = file.read_text()
    freed = text.replace("prevent_destroy = true", "prevent_destroy = false")
    freed = freed.replace('"RetainExceptOnCreate"', '"Delete"')
    if freed != text:
        file.write_text(freed)
    if file.name == "providers.tf":
        blocks = []
        for alias in PROVIDER.findall(text):
            named = f'  alias = "{alias}"\n' if alias else ""
            # A bucket is no host of its own on loopback; a broken connection is tried again, but not for minutes.
            blocks.append(f'provider "aws" {{\n{named}  s3_use_path_style = true\n  max_retries = 5\n}}\n')
        file.with_name("providers_override.tf").write_text("\n".join(blocks))

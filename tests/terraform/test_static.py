"""What must hold of the source of the estate, whoever plans it: form, words, tags, and what no policy may say."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import pytest

from terraform.deploying.settings import ROOT
from tests.terraform.plans import Estate
from tests.terraform.terraform import Terraform

pytestmark = pytest.mark.terraform

MODULES = sorted((ROOT / "modules").iterdir())
STACKS = sorted((ROOT / "stacks").iterdir())
FOLDERS = [*MODULES, *STACKS]
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
each_stack = pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)
PLAIN = hcl2.SerializationOptions(with_comments=False, strip_string_quotes=True)

TAGS = {"Project", "Environment", "Owner", "ManagedBy", "CostCenter"}
# Where data lies that nothing can make again: no plan may destroy it.
KEPT = {
    "audit/aws_s3_bucket.main",
    "backup/aws_backup_vault.main",
    "database/aws_rds_cluster.main",
    "delivery/aws_s3_bucket.state",
    "documents/aws_s3_bucket.main",
    "identity/aws_cognito_user_pool.main",
    "intake/aws_dynamodb_table.plain",
    "1-global/aws_backup_vault.copies",
    "1-global/aws_rds_global_cluster.main",
    "1-global/aws_kms_key.data",
    "1-global/aws_kms_replica_key.data",
    "1-global/aws_route53_zone.main",
    "2-region/aws_kms_key.main",
}
# The like of them that may go with all that is in them.
LOSABLE = {"canary/aws_s3_bucket.artifacts"}


def read(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return all blocks of a folder's files by their kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(folder.glob("*.tf")):
        with file.open() as opened:
            content = hcl2.load(opened, serialization_options=PLAIN)
        for kind, blocks in content.items():
            found.setdefault(kind, []).extend(blocks if isinstance(blocks, list) else [blocks])
    return found


def named(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the blocks that have one label, such as variables."""
    for block in blocks:
        yield from block.items()


def labelled(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the blocks that have two, such as resources, by both."""
    for block in blocks:
        for kind, inner in block.items():
            for name, body in inner.items():
                yield f"{kind}.{name}", body


def test_files_are_formatted(configuration: Path, tmp_path: Path) -> None:
    Terraform(ROOT, tmp_path, configuration).run("fmt", "-check", "-recursive", "-diff")


@pytest.mark.slow
@each_stack
def test_a_stack_is_valid_and_warns_of_nothing(estate: Estate, stack: Path) -> None:
    """A module is by its own tests, which fail on a warning too (test_modules.py)."""
    _, printed = estate.prepare(f"stacks/{stack.name}").run("validate", "-json")
    said = json.loads(printed)
    assert (said["valid"], said["warning_count"], said["diagnostics"]) == (True, 0, [])


@pytest.mark.slow
def test_the_database_is_valid_with_passwords_that_nobody_fixed(configuration: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(
        ROOT / "modules" / "database", tmp_path / "database", ignore=shutil.ignore_patterns("tests")
    )
    terraform = Terraform(folder, tmp_path / "data", configuration)
    terraform.run("init", "-backend=false", "-input=false")
    _, printed = terraform.run("validate", "-json")
    assert json.loads(printed)["diagnostics"] == []


@each_folder
def test_every_variable_is_typed_and_described(folder: Path) -> None:
    found = dict(named(read(folder)["variable"]))
    assert found
    for name, body in found.items():
        assert body.get("type"), name
        assert len(body.get("description", "")) > 10, name
        assert body["description"].endswith((".", ")")), name


@each_folder
def test_every_output_is_described(folder: Path) -> None:
    found = dict(named(read(folder)["output"]))
    assert found
    for name, body in found.items():
        assert len(body.get("description", "")) > 10, name


@each_folder
def test_every_variable_is_used(folder: Path) -> None:
    files = [file for file in folder.iterdir() if file.suffix == ".tf"]
    files += (ROOT / "packaging").glob("*.py")  # what `make package` writes uses variables of the module api
    text = "\n".join(file.read_text() for file in files)
    for name, _ in named(read(folder)["variable"]):
        assert f"var.{name}" in text, name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_says_what_it_is_and_configures_no_provider(module: Path) -> None:
    assert (module / "README.md").read_text().startswith(f"# {module.name}\n")
    assert list((module / "tests").glob("*.tftest.hcl"))
    assert "provider" not in read(module)


@each_folder
def test_one_provider_is_used_and_no_other(folder: Path) -> None:
    if folder.name == "api":
        return  # `make package` writes its versions; tests/terraform/test_packaging.py
    (settings,) = (block for block in read(folder)["terraform"] if "required_providers" in block)
    (provider,) = settings["required_providers"]
    provider = {name: body for name, body in provider.items() if name != "__is_block__"}
    assert {name: body["source"] for name, body in provider.items()} == {"aws": "hashicorp/aws"}


@each_stack
def test_a_stack_tags_everything_and_guards_the_account(stack: Path) -> None:
    blocks = read(stack)
    for name, provider in named(blocks["provider"]):
        assert provider["default_tags"][0]["tags"] == "${local.tags}", name
        assert provider["allowed_account_ids"] == ["${var.account_id}"], name
    (tags,) = (block["tags"] for block in blocks["locals"] if "tags" in block)
    assert set(tags) - {"__is_block__"} == TAGS
    assert tags["ManagedBy"] == "terraform"
    (name,) = (block["name"] for block in blocks["locals"] if "name" in block)
    assert name == "${var.project}-${var.environment}"


def test_a_region_s_plan_asks_no_other_region_whose_account_it_is() -> None:
    """Each provider that is configured asks STS, also one that nothing uses."""
    aliases = [body for _, body in named(read(ROOT / "stacks" / "2-region")["provider"]) if "alias" in body]
    assert aliases
    for body in aliases:
        assert body.get("sts_region") == "${var.region}", body["alias"]


@each_stack
def test_state_is_locked_where_it_is_shared_and_under_the_bucket_s_own_key(stack: Path) -> None:
    """``encrypt`` without a key has Terraform ask for AES256, and S3 then leaves the bucket's own key aside."""
    backends = [backend for block in read(stack)["terraform"] for backend in block.get("backend", [])]
    if stack.name == "0-bootstrap":
        assert backends == []  # it makes the bucket
        return
    (backend,) = backends
    assert backend["s3"]["use_lockfile"] is True
    assert "encrypt" not in backend["s3"]


def test_no_plan_may_destroy_what_holds_data() -> None:
    made = {
        f"{folder.name}/{name}": any(each.get("prevent_destroy") for each in body.get("lifecycle", []))
        for folder in FOLDERS
        for name, body in labelled(read(folder).get("resource", []))
    }
    assert {name for name in KEPT if not made[name]} == set()
    holding = {
        "aws_rds_cluster",
        "aws_rds_global_cluster",
        "aws_dynamodb_table",
        "aws_s3_bucket",
        "aws_cognito_user_pool",
    }
    losable = {name for name, kept in made.items() if name.split("/")[1].split(".")[0] in holding and not kept}
    assert losable == LOSABLE


@each_folder
def test_a_bucket_is_made_private_by_its_owner(folder: Path) -> None:
    blocks = read(folder)
    buckets = [name for name, _ in labelled(blocks.get("resource", [])) if name.startswith("aws_s3_bucket.")]
    private = {name: body for name, body in named(blocks.get("module", [])) if body["source"] == "../private_bucket"}
    told = [(name, body["bucket"], body["arn"]) for name, body in private.items()]
    assert told == [("private_bucket", f"${{{name}.id}}", f"${{{name}.arn}}") for name in buckets]


def test_a_failover_cannot_detach_a_cluster() -> None:
    clusters = dict(labelled(read(ROOT / "modules" / "database")["resource"]))
    (lifecycle,) = clusters["aws_rds_cluster.main"]["lifecycle"]
    ignored = {name.strip("${}") for name in lifecycle["ignore_changes"]}
    assert {"global_cluster_identifier", "replication_source_identifier"} <= ignored
    # Each would have a cluster made anew that joined elsewhere, or that was restored.
    assert {"source_region", "database_name", "master_username"} <= ignored
    assert "engine_version" not in ignored, "a cluster by itself would never be upgraded"


def _holding_actions(block: Any) -> Iterator[dict[str, Any]]:
    """Yield everything in ``block`` that names actions: statements, and maps of rights."""
    if isinstance(block, list):
        for each in block:
            yield from _holding_actions(each)
    elif isinstance(block, dict):
        if isinstance(block.get("actions"), list):
            yield block
        for each in block.values():
            yield from _holding_actions(each)


@each_folder
def test_no_policy_allows_all_actions_of_a_service(folder: Path) -> None:
    """Documents that name nothing that is made are read while planning, and no plan shows them; here all are."""
    for said in _holding_actions(list(read(folder).values())):
        assert "*" not in said["actions"]
        if said.get("effect") == "Deny" or said.get("sid") == "AccountGoverns":
            continue  # the account over its own key: without it nobody could ever change the key's policy
        assert [action for action in said["actions"] if action.endswith(":*")] == []


def test_the_walk_over_statements_finds_them() -> None:
    found = list(_holding_actions(list(read(ROOT / "modules" / "api").values())))
    assert {"WriteOwnLog", "JoinSubnets", "SendSms"} <= {said.get("sid") for said in found}
    assert any(said["actions"] == ["rds-db:connect"] for said in found)


@each_folder
def test_no_role_is_given_the_whole_account(folder: Path) -> None:
    for name, body in labelled(read(folder).get("resource", [])):
        if name.startswith(("aws_iam_role_policy_attachment.", "aws_iam_role.")):
            assert "AdministratorAccess" not in json.dumps(body), name


def test_no_secret_is_written_down() -> None:
    for file in [*ROOT.rglob("*.tfvars"), *ROOT.rglob("*.tf")]:
        text = file.read_text()
        assert "AKIA" not in text, file
        assert "BEGIN " not in text, file
        assert "password =" not in text.replace("= local.passwords", ""), file

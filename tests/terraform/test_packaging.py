"""The package: what lies in the zip and runs out of it, and how the application's growth comes into Terraform."""

import json
import marshal
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from chalicelib.functions import FUNCTIONS
from chalicelib.web.gateway_responses import GATEWAY_RESPONSES
from terraform.packaging import emitted, zipped
from terraform.packaging.__main__ import gateway_responses
from terraform.packaging.emitted import Limits
from tests.terraform.packages import copied, make_package, read

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

SITE = Path(sysconfig.get_path("purelib"))
OF_LAMBDA = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")
UNCHECKED_HASH = 0b01  # PEP 552: by hash, and nobody compares it

# Run by a Python that knows the standard library only, as Lambda's knows that and boto3.
IMPORTS = """
import json, sys
task, runtime = sys.argv[1:]
sys.path[:0] = [task, runtime]
import app
import alembic.command, aws_encryption_sdk, boto3, cryptography.hazmat.bindings._rust, jwt, pymysql, zoneinfo
zoneinfo.ZoneInfo("Africa/Nairobi")
print(json.dumps({name: module.__file__ for name, module in sys.modules.items() if getattr(module, "__file__", None)}))
"""


@pytest.fixture(scope="module")
def names(packaged: Path) -> list[str]:
    with zipfile.ZipFile(packaged / "deployment.zip") as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def task(packaged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip's content, as it lies at /var/task."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(packaged / "deployment.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda's runtime brings: boto3 and what it stands on."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in OF_LAMBDA:
        (folder / name).symlink_to(SITE / name)
    return folder


def test_the_same_source_gives_the_same_bytes(packaged: Path, tmp_path: Path) -> None:
    """In another folder, another process and with another order of its sets."""
    tree = copied(tmp_path)
    ran = make_package(tree, seed="1")
    assert ran.returncode == 0, ran.stderr
    once, again = generated(packaged), generated(tree / "terraform/modules/api")
    assert len(once) == 5
    assert once == again


def generated(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in {".json", ".zip"}}


def test_the_zip_is_small_enough(packaged: Path) -> None:
    assert (packaged / "deployment.zip").stat().st_size < 25e6


def test_nothing_idle_is_in_the_zip(names: list[str]) -> None:
    assert not [name for name in names if {"tests", "testing", "local", "terraform"} & set(name.split("/")[:-1])]
    assert not [name for name in names if name.endswith((".pyi", ".pyx", ".c", ".h", "RECORD"))]
    top = {name.split("/")[0].partition("-")[0] for name in names}
    assert not top & {"boto3", "botocore", "s3transfer", "urllib3", "jmespath", "pytest", "moto", "_pytest"}
    assert {"app.py", "chalicelib", "chalice", "sqlalchemy", "aws_encryption_sdk", "cryptography"} <= top


def test_of_chalice_there_is_only_what_it_adds_itself(names: list[str]) -> None:
    sources = {name.removeprefix("chalice/") for name in names if name.startswith("chalice/") and name.endswith(".py")}
    assert sources == {"__init__.py", "app.py"}


def test_every_module_has_bytecode_that_nobody_checks(task: Path) -> None:
    sources = sorted(task.rglob("*.py"))
    assert len(sources) > 500
    for source in sources:
        data = (source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc").read_bytes()
        assert int.from_bytes(data[4:8], "little") == UNCHECKED_HASH, source
        code = marshal.loads(data[16:])  # noqa: S302 - what we have made ourselves
        assert isinstance(code, CodeType)
        assert code.co_filename == f"/var/task/{source.relative_to(task)}"


def imported(task: Path, runtime: Path) -> dict[str, str]:
    """Import everything that the functions load, with only Lambda's boto3 beside it; return each module's file."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", IMPORTS, str(task), str(runtime)],
        capture_output=True, text=True, check=False, cwd="/", timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, str] = json.loads(ran.stdout)
    return found


def test_it_runs_with_only_lambda_s_boto3_beside_it(task: Path, runtime: Path) -> None:
    stdlib = sysconfig.get_path("stdlib")
    for name, file in imported(task, runtime).items():
        assert file.startswith((str(task), str(runtime), stdlib)), f"{name} of {file}"
        assert SITE not in Path(file).parents, f"{name} of {file}"


def test_a_sheet_is_read_by_a_process_that_has_nothing_but_the_zip(task: Path) -> None:
    given = b'{"property_name": "", "due_day": 5}\n' + (Path(__file__).parents[1] / "data/rent-roll.csv").read_bytes()
    ran = subprocess.run(
        [sys.executable, "-E", "-s", "-S", "-B", "-m", "chalicelib.rent_roll.subprocess_main", "10", "280"],
        input=given, capture_output=True, check=False, cwd=task, env={}, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert len(json.loads(ran.stdout)["plan"]["units"]) == 48


def test_the_bytecode_is_what_runs(task: Path, runtime: Path, tmp_path: Path) -> None:
    """The sources say nothing but an error, and nothing can be written: it runs all the same."""
    shutil.copytree(task, tmp_path / "task")
    for source in (tmp_path / "task").rglob("*.py"):
        source.write_text("raise SystemExit('compiled anew')")
    before = sorted((tmp_path / "task").rglob("*"))
    imported(tmp_path / "task", runtime)
    assert sorted((tmp_path / "task").rglob("*")) == before


@pytest.fixture
def told(packaged: Path) -> dict[str, Any]:
    """What Chalice emitted, the null leftovers in it again."""
    content: dict[str, Any] = read(packaged, "chalice.tf.json")
    content["data"]["null_data_source"] = {"chalice": {"inputs": {}}}
    content["terraform"]["required_providers"]["null"] = {"version": ">= 2.1"}
    return content


LIMITS = {name: Limits(*row) for name, row in FUNCTIONS.items()}


def test_a_resource_of_an_unknown_kind_fails_loudly(told: dict[str, Any]) -> None:
    told["resource"]["aws_sns_topic_subscription"] = {"new": {}}
    with pytest.raises(emitted.Unexpected, match="aws_sns_topic_subscription"):
        emitted.module_of(told, LIMITS, {})


def test_a_row_without_a_function_fails_too(told: dict[str, Any]) -> None:
    with pytest.raises(emitted.Unexpected, match=r"no use for \['gone'\]"):
        emitted.module_of(told, {**LIMITS, "gone": LIMITS["run_job"]}, {})


def test_a_queue_that_is_named_otherwise_fails(told: dict[str, Any]) -> None:
    mapping = next(iter(told["resource"]["aws_lambda_event_source_mapping"].values()))
    mapping["event_source_arn"] = "arn:aws:sqs:eu-west-1:1:mine"
    with pytest.raises(emitted.Unexpected, match=r"a queue is named by"):
        emitted.module_of(told, LIMITS, {})


def test_nothing_of_the_null_provider_is_left(told: dict[str, Any], packaged: Path) -> None:
    made = emitted.module_of(told, LIMITS, {})
    for content in (*made, *(read(packaged, file.name) for file in packaged.glob("*.json"))):
        assert "null_data_source" not in json.dumps(content)
        providers = content.get("terraform", {}).get("required_providers", {})
        assert set(providers) <= {"aws"}


def test_what_api_gateway_answers_by_itself_is_in_the_document_that_is_put(packaged: Path) -> None:
    """Beside it, a new route would take it away: https://docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html"""
    text = read(packaged, "chalice_override.tf.json")["locals"]["chalice_api_swagger"]
    document = json.loads(re.sub(r"\$\{[^}]*\}", "an alias", text))  # whose quotes JSON does not know
    answers = document[emitted.ANSWERS]
    assert answers == gateway_responses()
    assert {kind: int(each["statusCode"]) for kind, each in answers.items()} == {
        kind: response.status for kind, response in GATEWAY_RESPONSES.items()
    }
    throttled = answers["THROTTLED"]
    assert throttled["responseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"
    assert throttled["responseParameters"]["gatewayresponse.header.X-Request-Id"] == "context.requestId"
    problem = json.loads(throttled["responseTemplates"]["application/json"])
    assert (problem["status"], problem["request_id"]) == (429, "$context.requestId")


def test_a_file_that_is_added_lies_at_the_root(tmp_path: Path) -> None:
    """As RDS's authorities do, at /var/task/rds-ca-bundle.pem."""
    (tmp_path / "added.pem").write_text("authorities")
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        archive.writestr("app.py", "")
    zipped.rebuild(tmp_path / "source.zip", tmp_path / "target.zip", tmp_path / "added.pem")
    with zipfile.ZipFile(tmp_path / "target.zip") as archive:
        assert archive.read("added.pem") == b"authorities"


def test_a_locked_release_that_chalice_left_out_is_missed(tmp_path: Path) -> None:
    """It packages without what it finds no wheel of, and ends with 0."""
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        for name in ("PyJWT-2.15.1.dist-info/METADATA", "typing_extensions-4.16.0.dist-info/METADATA", "jwt/api.py"):
            archive.writestr(name, "")
    lock = (
        "# made\ncryptography==50.0.2 \\\n    --hash=sha256:0\npyjwt==2.15.1 ; marker\ntyping-extensions==4.16.0 \\\n"
    )
    assert zipped.missing(tmp_path / "source.zip", lock) == ["cryptography 50.0.2"]


def test_a_module_that_does_not_compile_is_not_packaged(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        archive.writestr("app.py", "def (")
    with pytest.raises(RuntimeError, match="does not compile"):
        zipped.rebuild(tmp_path / "source.zip", tmp_path / "target.zip")
    assert not (tmp_path / "target.zip").exists()

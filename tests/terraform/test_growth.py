"""How the application's growth comes into Terraform: by packaging, and with no file of Terraform's touched."""

import json
import shutil
from pathlib import Path

import pytest

from tests.terraform.packages import append, copied, make_package, read
from tests.terraform.plans import run_tests
from tests.terraform.terraform import ROOT, Terraform

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

PLANNED = Path(__file__).with_name("grown.tftest.hcl")

NEW = """
from chalice.app import Rate, SQSEvent

from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

grown = FunctionBlueprint()


@app.route("/v1/grown/{thing_id}", methods=["GET"])
def read_grown(thing_id):
    return {}


@grown.schedule(Rate(2, unit=Rate.HOURS), name="grow")
def grow(event):
    return {}


@grown.on_sqs_message(queue_arn="${var.grown_queue_arn}", batch_size=7, name="take_grown")
def take_grown(event: SQSEvent):
    return {}


app.register_blueprint(grown)
globals().update({name: app.handler_map[name] for name in ("grow", "take_grown")})
"""
ROWS = """
FUNCTIONS["grow"] = LambdaFunction("outside", "sender", 256, 30)
FUNCTIONS["take_grown"] = LambdaFunction("inside", "jobs", 512, 45)
"""


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with a new route, schedule and queue handler, packaged: no file of Terraform was touched."""
    tree = copied(tmp_path_factory.mktemp("grown"))
    append(tree / "app.py", NEW)
    append(tree / "chalicelib/functions.py", ROWS)
    ran = make_package(tree)
    assert ran.returncode == 0, ran.stderr
    return tree / "terraform/modules/api"


def test_a_new_route_schedule_and_queue_come_into_terraform_by_themselves(grown: Path, packaged: Path) -> None:
    ours = read(grown, "chalice.tf.json")
    paths = json.loads(ours["locals"]["chalice_api_swagger"])["paths"]
    assert "/v1/grown/{thing_id}" in paths
    override, functions = read(grown, "chalice_override.tf.json")["resource"], read(grown, "functions.auto.json")
    row = {"side": "outside", "role": "sender", "memory_mb": 256, "timeout_s": 30}
    assert functions["grow"] == {**row, "queue": None, "schedule": "rate(2 hours)"}
    assert (functions["take_grown"]["queue"], functions["take_grown"]["schedule"]) == ("grown", None)
    assert set(functions) - set(read(packaged, "functions.auto.json")) == {"grow", "take_grown"}
    (rule,) = (each for name, each in override["aws_cloudwatch_event_rule"].items() if name.startswith("grow"))
    assert rule["schedule_expression"] == '${lookup(var.schedules, "grow", "rate(2 hours)")}'
    mapping = override["aws_lambda_event_source_mapping"]["take_grown-sqs-event-source"]
    assert mapping["event_source_arn"] == '${var.queue_arns["grown"]}'
    assert mapping["function_response_types"] == ["ReportBatchItemFailures"]
    for name in ("grow", "take_grown"):
        assert override["aws_lambda_function"][name]["role"] == f'${{aws_iam_role.function["{name}"].arn}}'


def test_what_is_new_is_in_the_plan(grown: Path, tmp_path: Path, configuration: Path) -> None:
    shutil.copytree(ROOT / "terraform/mocks", grown.parents[1] / "mocks")
    head = (ROOT / "terraform/modules/api/tests/api.tftest.hcl").read_text().partition("\nrun ")[0]
    queue = 'queue_arns = {\n    grown = "arn:aws:sqs:eu-west-1:000000000000:plotihub-dev-grown"'
    head = head.replace("queue_arns = {", queue)
    (grown / "tests").mkdir()
    (grown / "tests/grown.tftest.hcl").write_text(head + "\n" + PLANNED.read_text())
    terraform = Terraform(grown, tmp_path, configuration)
    terraform.run("init", "-backend=false", "-input=false")
    _, printed = terraform.run("validate", "-json")
    assert json.loads(printed)["diagnostics"] == []
    runs = [each["test_run"] for each in run_tests(terraform) if each["type"] == "test_run"]
    assert (runs[-1]["run"], runs[-1]["status"]) == ("what_is_new_is_planned", "pass")


def test_a_function_without_a_row_is_not_packaged(tmp_path: Path) -> None:
    tree = copied(tmp_path)
    append(tree / "app.py", NEW)
    ran = make_package(tree)
    assert ran.returncode == 1
    assert "packaging failed: the table of functions lacks ['grow', 'take_grown']" in ran.stderr
    assert not (tree / "terraform/modules/api/functions.auto.json").exists()

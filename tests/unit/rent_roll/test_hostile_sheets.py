"""Files made to cost dear: each gets its verdict, in a process of its own that ends where it takes too much."""

import json
import random
import subprocess
from subprocess import PIPE

import pytest

from chalicelib import config
from chalicelib.imports import subprocess_parser
from chalicelib.imports.subprocess_parser import ParserFailed, ResourceLimits, UploadedFile, parse_in_subprocess
from chalicelib.rent_roll import subprocess_main
from chalicelib.rent_roll.model import RentRoll, fingerprint
from chalicelib.rent_roll.parser import parse_rent_roll
from chalicelib.rent_roll.serialization import deserialize_rent_roll, serialize_rent_roll
from tests.hostile_sheets import CORPUS, Hostile, csv, largest_csv, number, workbook
from tests.sheet_mutations import mutations

MAX_BYTES = 4_000_000


def errors(plan: RentRoll) -> set[str]:
    return {problem.code for problem in plan.problems if problem.severity == "error"}


@pytest.mark.slow
@pytest.mark.parametrize("hostile", CORPUS, ids=lambda each: each.name)
def test_each_hostile_file_gets_its_verdict(hostile: Hostile) -> None:
    content = hostile.make()
    assert len(content) <= MAX_BYTES
    read = parse_in_subprocess(UploadedFile(content, "", 5))
    if hostile.verdict:
        assert hostile.verdict in errors(read.plan)
    else:
        assert (errors(read.plan), len(read.plan.units) >= 1) == (set(), True)


def test_a_number_that_no_cell_can_hold_is_a_problem_of_its_cell() -> None:
    [found] = [each for each in parse_rent_roll(number("1E400")).problems if each.code == "number_out_of_range"]
    assert (found.row, found.column, found.value) == (3, "C (Rent)", "1E400")


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        (ResourceLimits(cpu_s=1), "takes_too_long"),
        (ResourceLimits(wall_s=0), "takes_too_long"),
        (ResourceLimits(memory_mb=40), "takes_too_much_memory"),
    ],
)
def test_what_takes_too_much_is_ended_and_that_is_the_verdict(bounds: ResourceLimits, code: str) -> None:
    read = parse_in_subprocess(UploadedFile(largest_csv(), "", 5), bounds)
    assert [(each.severity, each.code) for each in read.plan.problems] == [("error", code)]
    assert read.fingerprint == fingerprint(read.plan)


def test_the_process_ends_when_its_reader_is_gone() -> None:
    """A worker that is killed leaves nobody behind who reads on."""
    command = subprocess_parser.parser_command(ResourceLimits())
    with subprocess.Popen(command, cwd=subprocess_parser.ROOT, env={}, stdin=PIPE, stderr=PIPE) as process:
        process.communicate(timeout=60)
    assert process.returncode == subprocess_main.FAILED


def test_a_fault_of_our_own_tells_where_and_nothing_of_the_file(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ParserFailed) as failed:
        parse_in_subprocess(UploadedFile(b"Unit,Rent\nsecret name,1", ["no text"], 5))  # type: ignore[arg-type]
    assert "Error at" in str(failed.value)
    assert "secret" not in str(failed.value)
    assert capfd.readouterr() == ("", "")


def test_the_process_knows_no_database_no_library_and_no_environment() -> None:
    code = "import json, os, sys, chalicelib.rent_roll.subprocess_main; "
    code += "print(json.dumps([sorted(sys.modules), list(os.environ)]))"
    command = [*subprocess_parser.parser_command(ResourceLimits())[:4], "-c", code]
    completed = subprocess.run(
        command, cwd=subprocess_parser.ROOT, env=config.reader_environment(), capture_output=True, check=True
    )
    modules, environment = json.loads(completed.stdout)
    foreign = {"sqlalchemy", "boto3", "chalice", "marshmallow", "openpyxl", "cryptography", "pymysql", "socket"}
    assert not foreign & set(modules)
    assert not [
        name for name in modules if name.startswith(("chalicelib.storage", "chalicelib.config", "chalicelib.bootstrap"))
    ]
    assert set(environment) <= {"LC_CTYPE", "LD_LIBRARY_PATH"}


def test_both_sides_mean_the_same_by_an_exit_status() -> None:
    assert subprocess_parser.OUT_OF_MEMORY == subprocess_main.OUT_OF_MEMORY


@pytest.mark.parametrize("content", [workbook(), csv(), csv("Plaza,,x"), b"", largest_csv()[:40_000]])
def test_a_plan_comes_out_of_the_process_as_it_was(content: bytes) -> None:
    plan = parse_rent_roll(content)
    assert deserialize_rent_roll(serialize_rent_roll(plan, fingerprint(plan))) == (plan, fingerprint(plan))


def test_generated_sheets_give_a_plan_and_never_an_exception() -> None:
    for content in mutations(random.Random(9), 300):
        plan = parse_rent_roll(content)
        assert plan.problems or plan.units

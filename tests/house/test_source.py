"""Habits that a reader could overlook, held against the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import DOMAINS, LIBRARY, ROOT, calls_of, files, imports_of, kind_of, name_of, room_of, tree_of
from tests.twins import ON_SQLITE_ALONE

MAX_LINES = 300

# What reaches over organisations, or is asked before there is one.
OF_NO_ORGANISATION = {
    "delivery/tracking_repository.py": {
        "add_incoming",
        "change_delivery",
        "find_delivery",
        "purge_deliveries",
        "set_command",
        "list_unanswered_attempts",
        "list_open_messages_to",
        "list_organisations_with_lost_attempts",
        "list_unmatched_reports",
    },
    "messaging/grant_repository.py": {"list_grants"},  # for operators
    "delivery/phone_day_repository.py": {"add_usage", "lock_usage", "purge_phone_days"},  # over organisations
    "delivery/dispatch_repository.py": {"list_due_organisations"},
    "organisations/repository.py": {
        "activate_member",
        "add_organisation",
        "add_person",
        "count_founded",
        "list_memberships",
        "list_organisations",
        "lock_person",
    },
    "imports/repository.py": {"list_uncommitted"},
    "reminders/policy_repository.py": {"list_reminder_schedules"},
    "tasks/job_repository.py": {
        "claim_run",
        "claim_slot",
        "count_set",
        "count_slot",
        "finish_run",
        "first_slot",
        "purge_runs",
        "purge_slots",
        "extend_run",
        "last_runs",
        "list_due_runs",
        "list_runs",
    },
    "leasing/phone_place_repository.py": {"list_leases_of_phone", "purge_places"},
    "messaging/opt_out_repository.py": {"add_stop", "list_organisations_of_phone", "remove_stop"},
    "self_service/session_repository.py": {
        "close_commands",
        "count_fault",
        "count_wrong_answer",
        "end_session",
        "find_session",
        "is_closed",
        "save_session",
        "lock_phone",
        "purge_sessions",
    },
    "tasks/repository.py": {"purge_tasks", "list_claimable"},
    "messaging/retention_repository.py": {
        "purge_old_answers",
        "anonymise_old_deliveries",
        "anonymise_old_incoming",
        "anonymise_old_messages",
    },
    "reporting/proof_repository.py": {"compare"},  # its caller's query names it
    "web/idempotency_repository.py": {"find_answer", "ping", "purge_answers", "store_answer"},
}

# Where a float is no money: seconds of a clock.
FLOATING = {LIBRARY / "access" / "tokens.py"}


def test_no_file_of_the_library_is_too_long_to_read() -> None:
    # A migration is a record: what was made stands in it as it was made.
    read = [path for path in files() if "versions" not in path.parts]
    long = {name_of(path): len(path.read_text().splitlines()) for path in read}
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


def test_every_file_says_what_it_is_for() -> None:
    assert [name_of(path) for path in files() if path.read_text() and not ast.get_docstring(tree_of(path))] == []


def test_only_config_reads_the_environment() -> None:
    words = {"environ", "environb", "getenv"}

    def reads(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr in words
        return isinstance(node, ast.ImportFrom) and bool(words & {alias.name for alias in node.names})

    readers = {name_of(path) for path in files() for node in ast.walk(tree_of(path)) if reads(node)}
    assert readers == {"chalicelib/config.py"}


def test_only_the_clock_tells_the_time() -> None:
    asked = {
        name_of(path)
        for path in files()
        for _, called in calls_of(path)
        if called in {"dt.datetime.now", "dt.datetime.utcnow", "dt.date.today", "datetime.now", "date.today"}
    }
    assert asked == {"chalicelib/clock.py"}


def test_no_sql_that_mysql_does_not_have() -> None:
    """MariaDB answers RETURNING, MySQL does not; the tests run on MariaDB."""
    words = {"returning", "insert_or_replace", "on_conflict_do_nothing", "on_conflict_do_update"}
    found = [
        f"{name_of(path)}: {called}"
        for path in files()
        for _, called in calls_of(path)
        if called.rsplit(".", 1)[-1] in words
    ]
    assert found == []


def test_tests_put_nothing_in_place_behind_anybodys_back() -> None:
    """Parts are handed over; who patches a name tests the name."""
    mine = Path(__file__)
    found = [
        name_of(path)
        for path in files("tests")
        if path != mine
        and (
            any(name.startswith(("unittest.mock", "mock")) for name in imports_of(path))
            or any(called in {"monkeypatch.setattr", "mocker.patch"} for _, called in calls_of(path))
        )
    ]
    assert found == []


def _floats(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{name_of(path)}:{node.lineno} {node.value}"
        elif isinstance(node, ast.Name) and node.id == "float":
            yield f"{name_of(path)}:{node.lineno} float"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"


def test_no_float_comes_near_money() -> None:
    """Neither written, nor named, nor made by a division; ``//`` and divmod are whole."""
    near = {path for path in files() if room_of(path) in DOMAINS or path == LIBRARY / "money.py"}
    assert [found for path in sorted(near - FLOATING) for found in _floats(path)] == []


def _public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize(
    "path",
    [path for path in files() if kind_of(path) == "repository"],
    ids=name_of,
)
def test_every_function_of_a_repository_says_whose_rows(path: Path) -> None:
    free = OF_NO_ORGANISATION.get(str(path.relative_to(LIBRARY)), set())
    for function in _public_functions(path):
        taken = {argument.arg: argument.annotation for argument in (*function.args.args, *function.args.kwonlyargs)}
        if "db" not in taken:  # one that takes the context is told with it
            continue  # builds a part of a query; who runs it names the organisation
        said = "organisation_id" in taken or any(_says(path, kind) for kind in taken.values())
        assert said is (function.name not in free), f"{name_of(path)}: {function.name}"


def _says(path: Path, annotation: ast.expr | None) -> bool:
    """Tell whether an argument is of a class of this file that has an organisation_id."""
    return any(
        isinstance(node, ast.ClassDef)
        and isinstance(annotation, ast.Name)
        and node.name == annotation.id
        and "organisation_id" in {ast.unparse(field.target) for field in node.body if isinstance(field, ast.AnnAssign)}
        for node in tree_of(path).body
    )


def test_what_is_listed_as_of_no_organisation_is_there() -> None:
    for name, listed in OF_NO_ORGANISATION.items():
        assert listed <= {function.name for function in _public_functions(LIBRARY / name)}, name


def test_services_do_not_end_transactions() -> None:
    ending = [
        f"{name_of(path)}: {called}"
        for path in files()
        if kind_of(path) in {"service", "interface", "repository", "rules", "model"}
        for _, called in calls_of(path)
        if called in {"db.commit", "db.rollback", "db.begin"}
    ]
    assert ending == []


ACTING = {"actor", "role", "within", "properties"}


def test_nothing_has_a_default_that_says_who_acts_or_what_they_may_touch() -> None:
    """Whoever forgets to say it would act as an owner of everything."""
    found = []
    for path in files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                given = node.args.posonlyargs + node.args.args
                named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                usual = given[len(given) - len(node.args.defaults) :] + [
                    arg for arg, value in named if value is not None
                ]
                found += [f"{name_of(path)}: {node.name}({arg.arg}=…)" for arg in usual if arg.arg in ACTING]
    assert found == []


def test_what_is_said_of_tests_is_said_of_tests_that_are_there() -> None:
    assert [file for file in ON_SQLITE_ALONE if not (ROOT / file).is_file()] == []


def test_no_name_stands_in_two_interfaces() -> None:
    """The lower one lacks what the upper one checks, and whoever calls it by mistake loses money."""
    where: dict[str, set[str]] = {}
    for path in files():
        if path.stem == "__init__" and room_of(path) in DOMAINS:
            for node in tree_of(path).body:
                if isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        where.setdefault(alias.asname or alias.name, set()).add(room_of(path))
    assert len(where) > 150
    assert {name: rooms for name, rooms in where.items() if len(rooms) > 1} == {}


def test_no_interface_hides_a_module_of_its_room() -> None:
    """``from room import name`` would give the module or the function, as the order of imports will have it."""
    found = [
        f"{room_of(path)}.{alias.name}"
        for path in files()
        if path.stem == "__init__" and room_of(path) in DOMAINS
        for node in tree_of(path).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (path.parent / f"{alias.name}.py").is_file() and node.module != f"chalicelib.{room_of(path)}"
    ]
    assert found == []


# Keywords of commands, which are read and not written, and the names of the languages.
BILINGUAL = {
    "chalicelib/notices/notices.py",
    "chalicelib/self_service/command_registry.py",
    "chalicelib/self_service/sms_commands.py",
}


def test_texts_in_two_languages_stand_in_translations() -> None:
    """Who corrects the Swahili looks in one place."""
    found = {
        name_of(path)
        for path in files()
        if room_of(path) != "translations"
        for node in ast.walk(tree_of(path))
        if (
            isinstance(node, ast.Dict)
            and {"en", "sw"} <= {key.value for key in node.keys if isinstance(key, ast.Constant)}
        )
        or (
            isinstance(node, ast.Tuple)
            and len(node.elts) > 1
            and isinstance(node.elts[1], ast.Constant)
            and node.elts[1].value == "sw"
            and room_of(path) != "translations"
        )
    }
    assert found - BILINGUAL == set()


LOG_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+: [^{}%]+")


def test_every_log_message_begins_with_a_key_and_is_constant() -> None:
    """The key is what an alarm or a search names; what changes goes into ``extra``."""
    found = []
    for path in files():
        for call, name in calls_of(path):
            if name in {f"log.{level}" for level in ("debug", "info", "warning", "error", "exception")}:
                first = call.args[0]
                if not (isinstance(first, ast.Constant) and LOG_KEY.fullmatch(str(first.value))):
                    found.append(f"{name_of(path)}:{call.lineno}: {ast.unparse(first)}")
    assert found == []

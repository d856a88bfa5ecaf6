"""Who may import whom: the rules of the design, held against the source. Every file has a kind, every kind a rule."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.house.source import DOMAINS, LIBRARY, file_named, files, imports_of, kind_of, name_of, room_of

# A room imports those of lower rank. Tasks lie under all that queue work and know no domain.
RANK = {
    "rent_roll": 0,  # pure
    "translations": 0,  # pure
    "tasks": 0,
    "access": 1,
    "organisations": 2,
    "messaging": 3,
    "portfolio": 3,
    "delivery": 4,
    "ledger": 4,
    "leasing": 5,
    "billing": 6,
    "payments": 7,
    "lease_accounts": 8,
    "maintenance": 8,
    "self_service": 9,
    "reporting": 10,
    "reminders": 11,
    "notices": 12,
    "imports": 12,
    "privacy": 13,
}
BASE = {
    "brands",
    "clock",
    "config",
    "errors",
    "functions",
    "ids",
    "metrics",
    "money",
    "paging",
    "periods",
    "phones",
} | {"encryption", "values"}
PURE_BASE = {"brands", "clock", "money", "periods", "values"}
ENTRANCES = {"api", "jobs", "schema"}
SERVICES = {"service", "interface"}
PURE = sys.stdlib_module_names - {"os", "socket", "subprocess", "sqlite3", "random", "time", "threading"}
FRAMEWORK = ("chalice.", "marshmallow.", "boto3.", "botocore.")
SQL = {"sqlalchemy", "pymysql", "sqlite3"}

Bad = Callable[[Path, str, str, str], bool]


def offenders(kinds: set[str], bad: Bad) -> list[str]:
    """Return "file imports name" for the files of these kinds.

    ``bad`` is asked of (the file, the imported name, the room and the kind that it lies in; "" outside the library).
    """
    found = []
    for path in files():
        if kind_of(path) in kinds:
            for name in sorted(imports_of(path)):
                imported = file_named(name)
                room, kind = (room_of(imported), kind_of(imported)) if imported else ("", "")
                if bad(path, name, room, kind):
                    found.append(f"{name_of(path)} imports {name}")
    return found


def is_framework(name: str) -> bool:
    return f"{name}.".startswith(FRAMEWORK)


def test_every_room_has_its_place_in_the_order() -> None:
    assert set(RANK) == DOMAINS


def test_every_file_has_a_kind_that_a_rule_knows() -> None:
    known = ENTRANCES | SERVICES | {"repository", "rules", "model", "runner", "pure", "gateway"}
    known |= {"web", "storage", "runtime", "base", "bootstrap"}
    assert {name_of(path) for path in files() if kind_of(path) not in known} == set()
    assert {path.stem for path in files() if kind_of(path) == "base"} == BASE | {"__init__"}


def test_nothing_imports_the_application() -> None:
    assert [name_of(path) for path in files() for name in imports_of(path) if name.split(".")[0] == "app"] == []


def test_entrances_reach_no_repository_no_storage_and_no_gateway() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        return kind in {"repository", "storage", "gateway", "bootstrap"} or name.split(".", maxsplit=1)[0] in SQL - {
            "sqlalchemy"
        }

    assert offenders(ENTRANCES, bad) == []


def test_only_http_knows_http() -> None:
    """Rooms are called by it and know nothing of it."""

    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        return kind in {"api", "schema"} or (kind == "web" and room_of(path) != "web")

    assert offenders({"jobs", "service", "interface", "runner", "repository", "rules", "model", "pure"}, bad) == []


def test_services_know_no_framework_no_storage_and_nobody_else_s_repository() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        foreign = room in DOMAINS - {room_of(path)}
        return is_framework(name) or kind in {"storage", "gateway", "jobs"} or (foreign and kind == "repository")

    assert offenders(SERVICES | {"runner"}, bad) == []


def test_services_have_the_transaction_that_they_are_given() -> None:
    """Who needs many transactions, or calls vendors, is a runner; only runners and entrances have the resources."""

    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        return name.startswith(("chalicelib.runtime.resources", "chalicelib.runtime.database.Database"))

    assert offenders(SERVICES | {"repository", "rules", "model"}, bad) == []


def test_only_storage_and_repositories_build_sql() -> None:
    """Others may name what they hand on; bootstrap makes engines, and runtime reads their errors."""

    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        return name.split(".", maxsplit=1)[0] in SQL and name not in {"sqlalchemy.Connection", "sqlalchemy.Select"}

    assert offenders(ENTRANCES | SERVICES | {"runner", "rules", "model", "pure", "gateway", "web", "base"}, bad) == []


def test_repositories_know_sql_and_models_only() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        foreign = room in DOMAINS - {room_of(path)}
        return is_framework(name) or kind in SERVICES | {"jobs", "runner"} or (foreign and kind == "repository")

    assert offenders({"repository"}, bad) == []


def test_rules_and_models_are_pure() -> None:
    """The standard library, what all build on, and what is pure in their own room and in those below."""

    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        if name.startswith("chalicelib."):
            below = room in DOMAINS and RANK[room] <= RANK[room_of(path)]
            return not (below and kind in {"rules", "model", "pure"}) and name.split(".")[1] not in PURE_BASE
        return name.split(".", maxsplit=1)[0] not in PURE

    assert offenders({"rules", "model"}, bad) == []


def test_reading_a_rent_roll_needs_no_database_no_network_and_no_organisation() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        return is_framework(name) or (name.startswith("chalicelib.") and kind not in {"pure", "base"})

    assert offenders({"pure"}, bad) == []


def test_gateways_know_ports_and_no_database() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        if name.startswith("chalicelib."):
            return not (name.startswith("chalicelib.runtime.ports") or kind in {"gateway", "base"})
        return name.split(".", maxsplit=1)[0] in SQL | {"chalice", "marshmallow"}

    assert offenders({"gateway"}, bad) == []


def test_only_bootstrap_knows_gateways() -> None:
    found = {
        name_of(path)
        for path in files()
        for name in imports_of(path)
        if room_of(path) != "gateways" and (at := file_named(name)) is not None and kind_of(at) == "gateway"
    }
    assert found == {"chalicelib/bootstrap.py"}


# What is open beside the interfaces: roles are constants that every route names; a blueprint of functions and the
# registry are how a room offers its jobs; the vault is a library of its own; delivery is the pump of messaging, from
# which it was parted; a report's columns are asked for with its rows.
OPEN = {
    "chalicelib.access.roles",
    "chalicelib.access.authorizer",
    "chalicelib.organisations.vault",
    "chalicelib.reporting.csv_rows",
    "chalicelib.tasks.registry",
    "chalicelib.tasks.scheduled_jobs",
    "chalicelib.tasks.task_queue",
}
PUMP = {"delivery": {"messaging"}, "api": {"delivery"}, "self_service": {"delivery"}}


def test_a_room_is_called_through_its_interface() -> None:
    """Whoever goes past it may meet a use case without its guard."""

    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        foreign = room in DOMAINS - {room_of(path), *PUMP.get(room_of(path), ())}
        is_open = any(f"{name}.".startswith(f"{each}.") for each in OPEN)
        return foreign and kind in {"service", "runner", "jobs", "repository"} and not is_open

    assert offenders({"api", "schema", "jobs", "service", "runner", "web"}, bad) == []


def test_rooms_import_only_those_below_them() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        mine = room_of(path)
        return room in DOMAINS - {mine, "tasks"} and RANK[room] >= RANK[mine]

    assert offenders({"jobs", "service", "interface", "runner", "repository", "rules", "model", "pure"}, bad) == []


def test_the_web_knows_of_the_rooms_only_who_is_signed_in() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        return room in DOMAINS - {"access", "organisations"} or kind in {"api", "schema", "bootstrap"}

    assert offenders({"web"}, bad) == []


def test_runtime_knows_storage_and_storage_knows_nobody() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        below = {"storage", "base"} | ({"runtime"} if room_of(path) == "runtime" else set())
        return name.startswith("chalicelib.") and kind not in below

    assert offenders({"storage", "runtime"}, bad) == []


def test_what_all_build_on_builds_on_nobody() -> None:
    def bad(path: Path, name: str, room: str, kind: str) -> bool:
        return name.startswith("chalicelib.") and kind != "base"

    assert offenders({"base"}, bad) == []


def test_nobody_reads_an_uploaded_file_but_the_process_that_can_be_ended() -> None:
    """So no file is parsed in a request or in a transaction; what a plan is may be known to all."""
    readers = {"parser", "sheet_reader", "csv_file", "xlsx_file", "xlsx_package", "xlsx_dates", "xlsx_text", "builder"}
    inside = {LIBRARY / "rent_roll" / f"{name}.py" for name in (*readers, "subprocess_main")}
    found = [
        f"{name_of(path)} imports {name}"
        for path in files()
        if path not in inside
        for name in sorted(imports_of(path))
        if file_named(name) in inside
    ]
    assert found == []

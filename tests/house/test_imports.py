"""Who may import whom: the rules of the design, held against the source."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.source import DOMAINS, LIBRARY, files, imports_of, is_kind, name_of, room_of

# A domain imports those of lower rank. Tasks lie under all that queue work and know no domain.
RANK = {
    "tasks": 0,
    "identity": 0,
    "rent_roll": 0,  # pure
    "messaging": 1,
    "delivery": 2,
    "portfolio": 1,
    "ledger": 2,
    "leasing": 3,
    "billing": 4,
    "payments": 5,
    "lease_accounts": 6,
    "maintenance": 6,
    "metering": 6,
    "expenses": 6,
    "self_service": 7,
    "reporting": 8,
    "outreach": 9,
    "imports": 10,  # erases a tenant wherever anything is known of them
}
BASE = {"brands", "errors", "money", "clock", "ids", "phones", "pages", "sealing", "config", "metrics", "values"}
# Rooms that were one once: what is pure in the upper one builds on what is pure in the lower.
PURE_BELOW = {"delivery": {"messaging"}, "imports": {"rent_roll"}}
PURE = sys.stdlib_module_names - {"os", "socket", "subprocess", "sqlite3", "random", "time", "threading"}
FRAMEWORK = ("chalice.", "marshmallow", "boto3", "botocore")


def offenders(of: Callable[[Path], bool], bad: Callable[[Path, str], bool], *folders: str) -> list[str]:
    """Return "file imports name" for each import of the files ``of`` that is ``bad``."""
    return [
        f"{name_of(path)} imports {name}"
        for path in files(*folders)
        if of(path)
        for name in sorted(imports_of(path))
        if bad(path, name)
    ]


def room_named(name: str) -> str:
    """Return which folder of chalicelib the imported name lies in, or ""."""
    parts = name.split(".")
    return parts[1] if parts[0] == "chalicelib" and len(parts) > 2 else ""


def kind_named(name: str) -> str:
    """Return the kind of module an imported name of a domain lies in: chalicelib.leasing.rent_service.X → service."""
    parts = name.split(".")
    return parts[2].split("_")[-1] if room_named(name) and len(parts) > 2 else ""


def test_every_domain_has_its_place_in_the_order() -> None:
    assert set(RANK) >= DOMAINS


def test_nothing_imports_the_application() -> None:
    assert offenders(lambda path: True, lambda path, name: name.split(".")[0] == "app", "chalicelib") == []


def test_entrances_reach_no_repository_no_storage_and_no_gateway() -> None:
    def bad(path: Path, name: str) -> bool:
        return kind_named(name) == "repository" or room_named(name) in {"storage", "gateways"}

    assert offenders(lambda path: is_kind(path, "routes", "jobs", "schemas"), bad) == []


def test_services_know_no_framework_no_storage_and_nobody_else_s_repository() -> None:
    def bad(path: Path, name: str) -> bool:
        foreign = room_named(name) in DOMAINS - {room_of(path)}
        return (
            f"{name}.".startswith(FRAMEWORK)
            or room_named(name) in {"storage", "gateways", "web"}
            or kind_named(name) in {"routes", "jobs", "schemas"}
            or (foreign and kind_named(name) == "repository")
        )

    assert offenders(lambda path: is_kind(path, "service"), bad) == []


def test_only_storage_and_repositories_build_sql() -> None:
    """Others may name what they hand on; bootstrap makes engines, and runtime reads their errors."""

    def builds_none(path: Path) -> bool:
        return not (
            room_of(path) == "storage"
            or is_kind(path, "repository")
            or path == LIBRARY / "bootstrap.py"
            or room_of(path) == "runtime"
        )

    def bad(path: Path, name: str) -> bool:
        handed_on = name in {"sqlalchemy.Connection", "sqlalchemy.Select"}
        return name.split(".", maxsplit=1)[0] in {"sqlalchemy", "pymysql", "sqlite3"} and not handed_on

    assert offenders(builds_none, bad) == []


def test_repositories_know_sql_and_models_only() -> None:
    def bad(path: Path, name: str) -> bool:
        return (
            f"{name}.".startswith(FRAMEWORK)
            or room_named(name) in {"web", "gateways"}
            or kind_named(name) in {"service", "routes", "jobs", "schemas"}
        )

    assert offenders(lambda path: is_kind(path, "repository"), bad) == []


def test_a_repository_is_used_by_its_own_domain_only() -> None:
    def bad(path: Path, name: str) -> bool:
        return kind_named(name) == "repository" and room_named(name) in DOMAINS - {room_of(path)}

    assert offenders(lambda path: True, bad) == []


@pytest.mark.parametrize("kind", ["rules", "model"])
def test_rules_and_models_are_pure(kind: str) -> None:
    """The standard library, doors of values, brands, sums of time zones, the rules and models of their own domain."""

    def bad(path: Path, name: str) -> bool:
        if name.startswith("chalicelib."):
            near = {room_of(path), *PURE_BELOW.get(room_of(path), ())}
            own = room_named(name) in near and kind_named(name) in {"rules", "model"}
            return not own and name.split(".")[1] not in {"brands", "money", "clock", "values"}
        return name.split(".", maxsplit=1)[0] not in PURE

    assert offenders(lambda path: room_of(path) in DOMAINS and is_kind(path, kind), bad) == []


def test_gateways_know_ports_and_no_database() -> None:
    def bad(path: Path, name: str) -> bool:
        ours = name.startswith("chalicelib.")
        return name.split(".", maxsplit=1)[0] in {"sqlalchemy", "pymysql", "chalice", "marshmallow"} or (
            ours and kind_named(name) != "ports" and room_named(name) != "gateways" and name.split(".")[1] not in BASE
        )

    assert offenders(lambda path: room_of(path) == "gateways", bad) == []


def test_only_bootstrap_knows_gateways() -> None:
    def bad(path: Path, name: str) -> bool:
        return room_named(name) == "gateways"

    assert offenders(lambda path: room_of(path) != "gateways" and path != LIBRARY / "bootstrap.py", bad) == []


def test_domains_import_only_those_below_them() -> None:
    def bad(path: Path, name: str) -> bool:
        theirs, mine = room_named(name), room_of(path)
        return theirs in DOMAINS - {mine, "tasks"} and RANK[theirs] >= RANK[mine]

    assert offenders(lambda path: room_of(path) in DOMAINS, bad) == []


def test_the_web_knows_of_the_domains_only_who_is_signed_in() -> None:
    def bad(path: Path, name: str) -> bool:
        return room_named(name) in DOMAINS - {"identity"}

    assert offenders(lambda path: room_of(path) == "web", bad) == []


def test_storage_knows_nobody() -> None:
    def bad(path: Path, name: str) -> bool:
        return name.startswith("chalicelib.") and room_named(name) != "storage" and name.split(".")[1] not in BASE

    assert offenders(lambda path: room_of(path) == "storage", bad) == []


def test_what_all_build_on_builds_on_nobody() -> None:
    def bad(path: Path, name: str) -> bool:
        return name.startswith("chalicelib.") and name.split(".")[1] not in BASE

    assert offenders(lambda path: room_of(path) == "" and path.stem in BASE, bad) == []


def test_nobody_reads_an_uploaded_file_but_the_process_that_can_be_ended() -> None:
    """So no file is parsed in a request or in a transaction; what a plan is may be known to all."""
    readers = {"parser", "sheet_reader", "csv_file", "xlsx_file", "xlsx_package", "xlsx_dates", "xlsx_text", "builder"}

    def bad(path: Path, name: str) -> bool:
        return any(f"{name}.".startswith(f"chalicelib.rent_roll.{reader}.") for reader in (*readers, "subprocess_main"))

    def outside(path: Path) -> bool:
        return not (room_of(path) == "rent_roll" and path.stem in {*readers, "subprocess_main"})

    assert offenders(outside, bad) == []

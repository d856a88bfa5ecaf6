"""The source as the house's rules look at it: files, what they import, what they call."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "chalicelib"
ROOMS = {path.name for path in LIBRARY.iterdir() if path.is_dir() and path.name != "__pycache__"}
DOMAINS = ROOMS - {"api", "web", "storage", "gateways", "runtime"}
PURE_ROOMS = {"rent_roll", "translations"}  # no database, no network, no clock


def files(*folders: str) -> list[Path]:
    """Return the Python files below the folders of the repository, those of the library if none is named."""
    return sorted(path for folder in folders or ("chalicelib",) for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> set[str]:
    """Return the full names that the file imports: "from a.b import c" is "a.b.c"."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: a relative import hides where it goes"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room_of(path: Path) -> str:
    """Return the folder of chalicelib that the file lies in, or "" for one that lies beside them."""
    parts = path.relative_to(LIBRARY).parts
    return parts[0] if len(parts) > 1 else ""


# Kinds of files by the end of their names; whatever bears none of them is a service of its room.
KINDS_BY_NAME = ("repository", "rules", "model", "jobs", "runner")
KINDS_BY_ROOM = {"api": "api", "web": "web", "storage": "storage", "gateways": "gateway", "runtime": "runtime"}
# Chalice asks the authorizer as it asks a job: it is an entrance.
KINDS_OF_FILES = {
    "access/authorizer.py": "jobs",
    "bootstrap.py": "bootstrap",
    "tasks/registry.py": "runner",  # what the runners run
    "web/idempotency_jobs.py": "jobs",
    "web/idempotency_repository.py": "repository",
}


def kind_of(path: Path) -> str:
    """Return the kind of a file of the library, on which hangs what it may know; every file has one."""
    name, room = str(path.relative_to(LIBRARY)), room_of(path)
    if name in KINDS_OF_FILES:
        return KINDS_OF_FILES[name]
    if room == "":
        return "base"
    if room in KINDS_BY_ROOM:
        return "schema" if "schemas" in path.parts else KINDS_BY_ROOM[room]
    if room in PURE_ROOMS:
        return "pure"
    ending = path.stem.split("_")[-1]
    return ending if ending in KINDS_BY_NAME else "interface" if path.stem == "__init__" else "service"


@cache
def file_named(name: str) -> Path | None:
    """Return the file of the library that an imported name stands in: of a package, its ``__init__``."""
    parts = name.split(".")
    while parts and parts[0] == "chalicelib":
        path = ROOT.joinpath(*parts)
        for found in (path.with_suffix(".py"), path / "__init__.py"):
            if found.is_file():
                return found
        parts.pop()
    return None


def calls_of(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Yield each call with what is called, as it is written."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)

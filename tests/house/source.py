"""The source as the house's rules look at it: files, what they import, what they call."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "chalicelib"
ROOMS = {path.name for path in LIBRARY.iterdir() if path.is_dir() and path.name != "__pycache__"}
DOMAINS = ROOMS - {"web", "storage", "gateways", "runtime"}


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


def is_kind(path: Path, *words: str) -> bool:
    """Tell whether the file is one of these of its domain: "service" is service.py and deposit_service.py."""
    return path.stem.split("_")[-1] in words


def calls_of(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Yield each call with what is called, as it is written."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)

"""The deployment zip, made anew from Chalice's: with bytecode, without what nothing loads, the same at every build.

/var/task is read-only, so a zip without bytecode is compiled at every cold start. The bytecode is unchecked (PEP 552),
since time stamps would not match there and would differ at every build.
"""

import compileall
import py_compile
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
TASK_ROOT = "/var/task"
IDLE_FOLDERS = {"__pycache__", "tests", "testing"}  # sqlalchemy.testing and the like
IDLE_SUFFIXES = {".pyi", ".pyx", ".pxd", ".c", ".h"}
IDLE_IN_DIST_INFO = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def rebuild(source: Path, target: Path) -> None:
    """Write the zip at ``source`` anew to ``target``; equal sources give equal bytes.

    Raises:
        RuntimeError: a module in it does not compile.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with zipfile.ZipFile(source) as archive:
            used = [name for name in archive.namelist() if _is_used(PurePosixPath(name))]
            archive.extractall(root, used)
        _compile(root)
        _write(root, target)


def _is_used(path: PurePosixPath) -> bool:
    if path.suffix in IDLE_SUFFIXES or IDLE_FOLDERS & set(path.parts[:-1]):
        return False
    return not (path.parent.name.endswith(".dist-info") and path.name in IDLE_IN_DIST_INFO)


def _compile(root: Path) -> None:
    compiled = compileall.compile_dir(
        root,
        maxlevels=20,
        quiet=2,
        force=True,
        stripdir=str(root),
        prependdir=TASK_ROOT,  # what a traceback on Lambda shows
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        raise RuntimeError("a module of the deployment zip does not compile")


def _write(root: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())

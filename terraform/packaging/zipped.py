"""The deployment zip, made anew from Chalice's: with bytecode, without what nothing loads, the same at every build.

/var/task is read-only, so a zip without bytecode is compiled at every cold start. The bytecode is unchecked (PEP 552),
since time stamps would not match there and would differ at every build.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

# Run by an interpreter of its own: marshal writes what else is alive in a process into the bytecode, as references.
COMPILE = """
import compileall, py_compile, sys
root, shown = sys.argv[1:]
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
sys.exit(not compileall.compile_dir(
    root, maxlevels=20, quiet=2, force=True, stripdir=root, prependdir=shown, invalidation_mode=mode
))
"""
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
TASK_ROOT = "/var/task"
IDLE_FOLDERS = {"__pycache__", "tests", "testing"}  # sqlalchemy.testing and the like
IDLE_SUFFIXES = {".pyi", ".pyx", ".pxd", ".c", ".h"}
# Lambda's own, though aws-encryption-sdk asks for it: boto3 and what it stands on, but for six.
OF_LAMBDA = {"boto3", "botocore", "dateutil", "jmespath", "python_dateutil", "s3transfer", "urllib3"}
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
IDLE_IN_DIST_INFO = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def missing(source: Path, lock: str) -> list[str]:
    """Return the releases of ``lock`` that the zip at ``source`` lacks: Chalice only warns of what it cannot get."""
    with zipfile.ZipFile(source) as archive:
        tops = {PurePosixPath(name).parts[0] for name in archive.namelist()}
    there = {_normalized(top.removesuffix(".dist-info")) for top in tops if top.endswith(".dist-info")}
    return [f"{name} {version}" for name, version in PIN.findall(lock) if _normalized(f"{name}-{version}") not in there]


def rebuild(source: Path, target: Path, *added: Path) -> None:
    """Write the zip at ``source`` anew to ``target``, with the files ``added`` at its root; equal sources, equal bytes.

    Raises:
        RuntimeError: a module in it does not compile.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with zipfile.ZipFile(source) as archive:
            used = [name for name in archive.namelist() if _is_used(PurePosixPath(name))]
            archive.extractall(root, used)
        for file in added:
            shutil.copyfile(file, root / file.name)
        _compile(root)
        _write(root, target)


def pack(file: Path, inside: str, target: Path) -> None:
    """Write ``target`` with ``file`` alone, which is called ``inside`` there; equal files, equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _put(archive, inside, file)


def _is_used(path: PurePosixPath) -> bool:
    if path.suffix in IDLE_SUFFIXES or IDLE_FOLDERS & set(path.parts[:-1]):
        return False
    if path.parts[0].partition("-")[0] in OF_LAMBDA:
        return False
    return not (path.parent.name.endswith(".dist-info") and path.name in IDLE_IN_DIST_INFO)


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _compile(root: Path) -> None:
    command = [
        sys.executable,
        "-s",
        "-S",
        "-P",
        "-c",
        COMPILE,
        str(root),
        TASK_ROOT,
    ]  # what a traceback on Lambda shows
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": "0"}
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600, env=environment)  # noqa: S603
    if ran.returncode:
        raise RuntimeError(
            f"a module of the deployment zip does not compile:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}"
        )


def _write(root: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            _put(archive, path.relative_to(root).as_posix(), path)


def _put(archive: zipfile.ZipFile, name: str, file: Path) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, file.read_bytes())

"""Copies of the tree that are packaged in a process of their own, as `make package` does it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.terraform.terraform import ROOT

PACKAGE = (
    "app.py", ".chalice", "chalicelib", "requirements.txt", "terraform/packaging", "terraform/modules/api",
    "terraform/modules/canary",
)  # fmt: skip
NOT_COPIED = ("__pycache__", "deployed", "deployments", "*.zip", "*.tf.json", "*.auto.json", ".terraform*", "tests")


def copied(into: Path) -> Path:
    """Copy what `make package` reads, as git would hold it."""
    for name in PACKAGE:
        source, target = ROOT / name, into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(*NOT_COPIED))
        else:
            shutil.copyfile(source, target)
    return into


def make_package(tree: Path, seed: str = "random") -> "subprocess.CompletedProcess[str]":
    """Run what `make package` runs, in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "terraform.packaging"]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=300)


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())

"""What the tests of the estate share: one package and one copy of it for all workers of a run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from terraform.packaging.__main__ import package, package_canary
from tests.terraform import terraform
from tests.terraform.plans import Estate
from tests.terraform.provider import Provider
from tests.terraform.sharing import once

# In place of the module's own: Terraform's mocks know no ephemeral resources.
FIXED_PASSWORDS = 'locals {\n  passwords = { master = "master", proxy = "proxy" }\n}\n'


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Path:
    """A folder that all workers of this run see."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker == "main" else base.parent) / "terraform"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def packaged(shared: Path) -> Path:
    """What `make package` writes beside the hand-written files of the module ``api``; copy it, never change it."""
    return once(shared / "packaged", package)


@pytest.fixture(scope="session")
def configuration(shared: Path) -> Path:
    """Terraform's own configuration for these tests."""
    return once(shared / "configuration", terraform.write_configuration) / "terraform.rc"


@pytest.fixture(scope="session")
def mocked(shared: Path, packaged: Path) -> Path:
    """A copy of the estate with its tests, that plans without AWS; only Terraform's lock files are written into it."""

    def copy(into: Path) -> None:
        for name in ("modules", "stacks", "mocks"):
            shutil.copytree(
                terraform.ESTATE / name,
                into / name,
                ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.json", "*.zip"),
            )
        for file in packaged.iterdir():
            (into / "modules" / "api" / file.name).hardlink_to(file)
        package_canary(into / "modules" / "canary")
        (into / "modules" / "database" / "passwords.tf").write_text(FIXED_PASSWORDS)

    return once(shared / "mocked", copy)


@pytest.fixture(scope="session")
def estate(mocked: Path, shared: Path, configuration: Path) -> Iterator[Estate]:
    """The estate, to be planned on mocks."""
    provider = Provider()
    yield Estate(mocked, shared, configuration, provider)
    provider.stop()

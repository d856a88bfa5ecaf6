"""What the pages point to is there: targets of make, files, chapters, and names of the code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import DOMAINS, ROOT, files
from tests.house.test_imports import RANK

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "terraform" / "README.md"])
# These two are read beside the code: each name in them is one of the code.
GUIDES = (ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md")
MADE = {"answer.json", "canary.zip", "sizes/grown.tfvars"}  # files that a page has its reader make
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named_targets(text: str) -> Iterator[str]:
    """Yield the targets in code of the page: `make -s token PHONE=…` names "token"."""
    blocks = [re.sub(r"(^|\s)#.*", "", code) for code in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for code in (*blocks, *inline):
        yield from re.findall(r"\bmake (?:-s )?([a-z][a-z-]*)", code)


def inline_code(page: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL))


def named_files(page: Path) -> Iterator[str]:
    """Yield the files and folders named in inline code; one with a placeholder names none."""
    for code in inline_code(page):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)*(/|\.(py|md|json|csv|tf|tfvars|txt|in))", code):
            yield code


def is_there(named: str, page: Path) -> bool:
    environments = ROOT / "terraform" / "environments"
    below = (ROOT, ROOT / "chalicelib", ROOT / "terraform", environments, environments / "sizes", page.parent)
    if any((folder / named).exists() for folder in below):
        return True
    # A name without its folder: `model.py` is a kind of file.
    return "/" not in named and any(path.name == named for path in files("chalicelib", "tests"))


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_points_to_what_is_there(page: Path) -> None:
    text = page.read_text()
    assert set(named_targets(text)) <= TARGETS
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, chapter = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if chapter:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert chapter in {anchor(heading) for heading in headings}, link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_file_that_a_page_names_is_there(page: Path) -> None:
    found = {each for each in named_files(page) if not each.endswith(tuple(MADE))}
    assert {each for each in found if not is_there(each, page)} == set()


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_a_name_of_the_code_that_a_guide_uses_is_there(page: Path) -> None:
    sources = [*files("chalicelib", "local", "tests"), ROOT / "app.py", ROOT / ".chalice" / "config.json"]
    words = set(re.findall(r"\w+", " ".join(path.read_text() for path in sources))) | {path.stem for path in sources}
    used = {word for code in inline_code(page) for word in re.findall(r"\b[A-Za-z]+(?:_[A-Za-z]+)+\b", code)}
    assert used - words == set()


def test_the_architecture_page_names_every_package_in_its_order() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    assert {room for room in DOMAINS if f"\n  {room}/ " not in page} == set()
    table = re.findall(r"^\| (\d+) \| (.+) \|$", page, re.MULTILINE)
    assert {room: int(rank) for rank, rooms in table for room in re.findall(r"`(\w+)`", rooms)} == RANK


def test_the_readme_has_the_usual_chapters_in_the_usual_order() -> None:
    assert re.findall(r"^## (.+)$", (ROOT / "README.md").read_text(), re.MULTILINE) == [
        "Quick start",
        "Features",
        "API conventions",
        "Local development",
        "Deployment",
        "Benchmarks",
        "Architecture",
    ]

"""What the pages point to is there: targets of make, files, chapters."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "terraform" / "README.md"])
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named_targets(text: str) -> Iterator[str]:
    """Yield the targets in code of the page: `make -s token PHONE=…` names "token"."""
    blocks = [re.sub(r"(^|\s)#.*", "", code) for code in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for code in (*blocks, *inline):
        yield from re.findall(r"\bmake (?:-s )?([a-z][a-z-]*)", code)


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

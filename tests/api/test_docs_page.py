"""The page to try the API, in a real browser against the real server."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.serving import Served, create_organisation, emulated, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = "+254700000801"


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    file = tmp_path_factory.mktemp("docs") / "plotihub.sqlite3"
    shutil.copyfile(sqlite_template, file)
    with emulated() as aws, serving(f"sqlite:///{file}", aws) as url:
        yield create_organisation(url, aws, PHONE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("as root: apt-get install --yes chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """The page, opened; what a policy blocks or another host would be asked for fails the test."""
    opened = browser.new_page(viewport={"width": 1200, "height": 1400})
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.set_default_timeout(60_000)  # the page draws all operations, perhaps on a busy machine
    opened.goto(f"{served.url}/docs")
    opened.get_by_role("heading", name="Plotihub").wait_for()
    yield opened
    opened.close()
    assert complaints == []
    assert [each for each in asked if not each.startswith((served.url, "data:"))] == []


def test_somebody_signs_in_and_tries_an_operation(page: Page, served: Served, tmp_path: Path) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").fill(served.token)
    page.locator(".auth-container").get_by_role("button", name="Apply credentials").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    operation = page.locator("#operations-identity-get_organisation")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Execute").click()
    live = operation.locator(".live-responses-table")
    live.wait_for()
    assert live.locator("tbody td.response-col_status").first.inner_text().strip().startswith("200")
    answered = json.loads(live.locator("tbody .response-col_description .highlight-code pre").first.inner_text())
    assert answered["id"] == served.organisation_id
    page.screenshot(path=tmp_path / "docs.png")

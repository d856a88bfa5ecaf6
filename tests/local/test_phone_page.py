"""The phones' page in a real browser: texts come up, answers and USSD go to the API, and no text is markup."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.local.phones import Phones, Receiver, eventually, phones, receiving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

A, B = "+254700000001", "+254730000002"
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> & bye"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def phone(receiver: Receiver) -> Iterator[Phones]:
    with phones(receiver.url) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("as root: apt-get install --yes chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@contextlib.contextmanager
def opened(browser: Browser, url: str, *, width: int = 1200) -> Iterator[Page]:
    """The page; what its policy blocks or another host would be asked for fails the test."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    complaints: list[str] = []
    requested: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requested.append(request.url))
    page.set_default_timeout(15_000)
    page.goto(url)
    yield page
    page.close()
    assert complaints == []
    assert [each for each in requested if not each.startswith((url, "data:"))] == []


@pytest.fixture
def page(browser: Browser, phone: Phones) -> Iterator[Page]:
    with opened(browser, phone.url) as page:
        yield page


def test_a_text_comes_up_by_itself_and_is_answered(page: Page, phone: Phones, receiver: Receiver) -> None:
    expect(page.get_by_text("No phone has got anything yet.")).to_be_visible()
    phone.send(A, "Kodi yako ya Desemba ni KES 44,500.")
    listed = page.locator("#numbers").get_by_role("button", name=A)
    expect(listed.get_by_label("1 not read")).to_be_visible()
    listed.click()
    expect(page.locator("#thread")).to_contain_text("Kodi yako ya Desemba ni KES 44,500.")
    expect(page.locator("#thread .under").first).to_contain_text("PLOTI")
    expect(page.locator("#thread .under").first).to_contain_text("1 part · Success")
    expect(listed.get_by_label("1 not read")).to_have_count(0)
    page.get_by_label("Answer", exact=True).fill("SALIO")
    page.get_by_role("button", name="Send").click()
    form = eventually(lambda: receiver.forms("incoming"))[0]
    assert (form["from"], form["text"]) == (A, "SALIO")
    expect(page.locator("#thread .answered .bubble")).to_have_text("SALIO")
    phone.send(A, "Salio lako ni KES 0.")
    expect(page.locator("#thread .received .bubble").nth(1)).to_have_text("Salio lako ni KES 0.")


def test_a_text_is_text_and_never_markup(page: Page, phone: Phones, receiver: Receiver) -> None:
    receiver.answers["ussd"] = [(200, f"END {HOSTILE}")]
    phone.send(A, HOSTILE, **{"from": "<b>x</b>"})
    page.locator("#numbers").get_by_role("button", name=A).click()
    expect(page.locator("#thread .bubble")).to_have_text(HOSTILE)
    expect(page.locator("#thread .under").first).to_contain_text("<b>x</b>")
    page.get_by_role("button", name="Dial *384*20880#").click()
    expect(page.locator("#screen")).to_have_text(HOSTILE)
    assert page.locator("#numbers img, #thread img, #screen img, #thread b").count() == 0
    assert page.title() == "Plotihub: tenants' phones"


def test_a_ussd_menu_goes_on_until_it_ends(page: Page, phone: Phones, receiver: Receiver) -> None:
    receiver.answers["ussd"] = [(200, "CON 1. Salio\n2. Tatizo"), (200, "CON Tatizo gani?"), (200, "END Asante")]
    page.get_by_label("Find a number, or use another one").fill("0700 000 001")
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="Dial *384*20880#").click()
    screen = page.locator("#screen")
    expect(screen).to_contain_text("2. Tatizo")
    for keyed, shown in (("2", "Tatizo gani?"), ("Bomba limepasuka", "Asante")):
        page.get_by_label("Your choice").fill(keyed)
        page.locator("#key-in").click()
        expect(screen).to_have_text(shown)
    expect(page.get_by_label("Your choice")).to_be_hidden()
    expect(page.locator("#ussd-note")).to_contain_text("The session has ended")
    page.get_by_role("button", name="OK").click()
    expect(screen).to_be_hidden()
    assert [form["text"] for form in receiver.forms("ussd")] == ["", "2", "2*Bomba limepasuka"]
    assert {form["phoneNumber"] for form in receiver.forms("ussd")} == {A}


def test_a_developer_sees_what_went_wrong(page: Page, phone: Phones, receiver: Receiver) -> None:
    phone.send(A, "one")
    page.locator("#numbers").get_by_role("button", name=A).click()
    page.get_by_label("Take it, and report it as failed").check()
    eventually(lambda: phone.provider.store.fault_of(A) == "fail")
    receiver.answers["delivery"] = [(404, "")]
    phone.send(A, "two")
    expect(page.locator("#thread .under.wrong")).to_contain_text("Failed · the API answered 404")


def test_no_number_is_told_as_such(page: Page) -> None:
    page.get_by_label("Find a number, or use another one").fill("12")
    # what the server refuses is an error to the console, which is what this test is about
    page.evaluate('window.fetch = () => Promise.resolve(new Response(\'{"error": "no number"}\', {status: 400}))')
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_have_text("no number")


def test_it_fits_a_phones_width(browser: Browser, phone: Phones, tmp_path: Path) -> None:
    for number in (A, B):
        phone.send(number, "Kumbusho: kodi ya Desemba inalipwa kabla ya tarehe 5. " * 3)
    with opened(browser, phone.url, width=390) as page:
        page.locator("#numbers").get_by_role("button", name=A).click()
        expect(page.locator("#thread .bubble")).to_be_visible()
        expect(page.get_by_role("button", name="Send")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.screenshot(path=tmp_path / "narrow.png")
        page.get_by_role("button", name="Back to the list").click()
        expect(page.locator("#numbers").get_by_role("button", name=B)).to_be_visible()


def test_a_server_that_has_ended_is_told(browser: Browser, phone: Phones) -> None:
    page = browser.new_page()
    page.goto(phone.url)
    expect(page.get_by_text("No phone has got anything yet.")).to_be_visible()
    page.route("**/api/**", lambda route: route.abort("connectionrefused"))
    expect(page.get_by_role("alert")).to_contain_text("do not answer")
    page.unroute("**/api/**")
    expect(page.get_by_role("alert")).to_be_hidden()
    page.close()

"""Hostile values through the whole API: no 5xx, each refusal names its field, and what was taken is kept as it was."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from marshmallow import ValidationError

from chalicelib.api.schemas.tenants import NewTenant
from chalicelib.clock import ManualClock
from chalicelib.delivery import result_runner
from chalicelib.delivery.queue_payloads import VendorCallback, parse_result
from chalicelib.runtime.resources import get_resources, using
from chalicelib.values import clean_text
from tests import corpus
from tests.api.client import Answer, Client
from tests.api.imports import HEADINGS, row, sheet, upload
from tests.api.test_callbacks import INCOMING, OPT_OUT, REPORT, post, queues
from tests.api.test_ussd import let_to

__all__ = ["queues"]  # pytest finds the fixture by its name here

TENANT = {
    "given_name": "Barasa", "middle_name": "", "family_name": "", "email": "b@example.com", "kra_pin": "A012345678Z",
    "note": "", "phones": ["0712345678"], "identity_document": {"kind": "national_id", "number": "20007919"},
    "kin": {"name": "Akinyi", "phone": "0712345678", "relation": ""},
}  # fmt: skip
VALUES = [*corpus.TEXTS, *corpus.OTHERS]


def refused_fields(answer: Answer) -> set[str]:
    """Return the fields that the answer refuses; it is a success, or a problem that says what is wrong."""
    assert answer.status < 500, answer.text
    if answer.status < 300 or answer.status in (404, 409):
        return set()
    told = answer.json
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status, told["title"]) == (422, "Invalid"), answer.text
    assert all(each["field"] and each["why"] for each in told["errors"])
    return {each["field"] for each in told["errors"]}


def put(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy of ``body`` with ``value`` at the dotted path."""
    made = json.loads(json.dumps(body))
    at: Any = made
    *way, last = path.split(".")
    for name in way:
        at = at[name]
    at[int(last) if isinstance(at, list) else last] = value
    return dict(made)


@pytest.mark.parametrize(
    "path",
    [
        *("given_name", "middle_name", "family_name", "note", "phones.0", "email", "kra_pin", "language"),
        *("identity_document.number", "identity_document.kind", "kin.name", "kin.phone", "kin.relation"),
    ],
)
def test_a_tenant_with_any_value_is_kept_or_refused_by_the_name_of_the_field(owner: Client, path: str) -> None:
    for value in VALUES:
        body = put(TENANT, path, value)
        sent = json.dumps(body).replace("NaN", "1e999").replace("Infinity", "1e999")
        try:
            NewTenant().load(json.loads(sent))
            expected = set()
        except ValidationError:
            expected = {path}
        answer = owner.post("/v1/tenants", sent.encode())
        found = refused_fields(answer)
        # The number's form depends on the document's kind, which no single field tells.
        assert found == expected or (path.startswith("identity_document") and "identity_document.number" in found), (
            value
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("operation", "body", "paths"),
    [
        ("organisations", {"name": "Acme", "person_name": "Amina"}, "name person_name"),
        ("owners", {"name": "Achieng", "phone": None, "email": None, "kra_pin": None}, "name phone email kra_pin"),
        ("properties", {"name": "House", "town": "", "address": ""}, "name town water_rate"),
        ("units", {"name": "A1", "type": "shop", "rent": "9000"}, "name rent bedrooms"),
        ("members", {"phone": "0712345678", "name": "Wanjiku", "role": "manager"}, "phone name"),
        ("channels", {"kind": "bank", "name": "Bank", "number": "1"}, "name number"),
        (
            "payments",
            {"method": "cash", "amount": "1.00", "received_on": "2026-11-20"},
            "amount received_on provider_reference payer_name",
        ),
        ("maintenance-requests", {"text": "The tap drips", "unit_id": None}, "text"),
        ("message-templates/preview", {"kind": "receipt", "language": "en"}, "text values.tenant"),
        ("bill-runs", {"period": "2026-11"}, "period issued_on"),
        ("opt-outs", {"phone": "0712345678"}, "phone"),
    ],
)
def test_any_value_at_a_field_is_taken_or_refused_by_its_name(
    owner: Client, operation: str, body: dict[str, Any], paths: str, new_phone: Callable[[], str]
) -> None:
    house = owner.post("/v1/properties", {"name": "Here"}).json["id"]
    if operation == "units":
        body = {**body, "property_id": house}
    if operation == "maintenance-requests":
        unit = {"name": "A1", "type": "shop", "rent": "9000", "property_id": house}
        body = {**body, "unit_id": owner.post("/v1/units", unit).json["id"]}
    for path in paths.split():
        for value in VALUES:
            made = put({**body, "values": {}} if path.startswith("values") else body, path, value)
            sent = json.dumps(made).replace("NaN", "1e999").replace("Infinity", "1e999").encode()
            whoever = Client(new_phone()) if operation == "organisations" else owner  # one founds three a day
            told = refused_fields(whoever.post(f"/v1/{operation}", sent))
            assert all(name.split(".")[0] in {*made, "method", "channel_id", "lease_id"} for name in told), (
                path,
                value,
            )


@pytest.mark.parametrize(
    "path", ["tenants?name=", "tenants?phone=", "units?property_id=", "payments?from=", "units?limit=", "units?cursor="]
)
def test_any_value_in_a_query_is_taken_or_refused_by_its_name(owner: Client, path: str) -> None:
    name = path.split("?")[1].rstrip("=")
    for value in corpus.TEXTS:
        answer = owner.get(f"/v1/{path}{quote(value, safe='', errors='replace')}")
        assert refused_fields(answer) <= {name}
    for raw in ("%FF", "%ED%A0%80", "%00", "%C0%AF"):
        assert refused_fields(owner.get(f"/v1/{path}{raw}")) == {name}


@pytest.mark.parametrize("path", ["/v1/opt-outs/{}", "/v1/tenants/{}", "/v1/ledger/periods/{}/close"])
def test_any_value_in_a_path_names_nothing_or_is_refused(owner: Client, clock: ManualClock, path: str) -> None:
    clock.at = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)  # "2026-11" is one of the values: it may not be closed yet
    for value in corpus.TEXTS:
        if value.strip():
            method = "POST" if path.endswith("close") else "DELETE" if "opt" in path else "GET"
            answer = owner.send(method, path.format(quote(value, safe="", errors="replace")))
            assert 400 <= answer.status < 500, (value, answer.text)


@pytest.fixture
def kept_texts(owner: Client) -> dict[str, str]:
    """Tenants by what they are called, as it was sent."""
    found = {}
    for value in corpus.TEXTS:
        answer = owner.post("/v1/tenants", {"given_name": value, "note": value})
        if answer.status == 201:
            found[answer.json["id"]] = value
    return found


def test_what_is_taken_is_read_back_as_it_was(owner: Client, kept_texts: dict[str, str]) -> None:
    assert len(kept_texts) > 100
    for tenant_id, sent in kept_texts.items():
        told = owner.get(f"/v1/tenants/{tenant_id}").json
        assert (told["given_name"], told["note"]) == (sent.strip(), sent.strip()), ascii(sent)
        assert told["name"] == sent.strip()


def test_what_is_exported_is_no_formula(owner: Client) -> None:
    house = owner.post("/v1/properties", {"name": "=1+1"}).json["id"]
    taken = []
    for value in corpus.TEXTS:
        unit = owner.post("/v1/units", {"property_id": house, "name": value, "type": "shop", "rent": "9000"})
        if unit.status == 201:
            taken.append(value.strip())
    answer = owner.get("/v1/reports/rent-roll?format=csv&limit=200")
    assert answer.status == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {each["property_name"] for each in rows} == {"'=1+1"}
    assert sorted(each["unit_name"].removeprefix("'") for each in rows) == sorted(v.removeprefix("'") for v in taken)
    for each in rows:
        assert not each["unit_name"].lstrip(" ").startswith(("=", "+", "-", "@", "\uff1d"))


def test_sheets_of_any_values_get_their_verdict(owner: Client) -> None:
    writable = [value for value in corpus.TEXTS if len(value) <= 2_000 and value.isprintable()]
    for place, _ in enumerate(HEADINGS):
        rows = []
        for number, value in enumerate(writable):
            cells = list(row(f"U{number}"))
            cells[place] = value
            rows.append(tuple(cells))
        assert upload(owner, sheet(*rows)).json["status"] == "previewed"
    for value in (*corpus.UNSEEN, *corpus.SPACED, *corpus.CODE):
        query = urlencode({"property_name": value, "filename": value}, errors="replace")
        assert refused_fields(upload(owner, sheet(row("A1")), f"?{query}")) <= {"property_name", "filename"}


@pytest.mark.parametrize(("route", "form"), [("delivery", REPORT), ("incoming", INCOMING), ("opt-out", OPT_OUT)])
def test_a_vendor_s_form_of_any_values_is_left_clean_on_the_queue(
    queues: Any, route: str, form: dict[str, str]
) -> None:
    for name in form:
        for value in corpus.TEXTS:
            encoded = urlencode({**form, name: value}, errors="surrogatepass").encode()
            assert post(route, encoded).status in (200, 400), (name, value)
        for raw in (b"%FF", b"%ED%A0%80", b"\xff", b"%00", b"%E2%80%AE"):
            assert post(route, urlencode(form).encode() + f"&{name}=".encode() + raw).status in (200, 400)
    for body in queues.pop("results"):
        posted = parse_result(body)
        assert isinstance(posted, VendorCallback)
        assert all(clean_text(value, lines=True) == value for value in posted.form.values())


def test_a_phone_that_sends_any_text_by_sms_or_ussd_gets_an_answer(
    owner: Client, queues: Any, clock: ManualClock, new_phone: Callable[[], str]
) -> None:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
    phone = let_to(owner, new_phone(), "A1")
    for value in corpus.TEXTS:
        form = {**INCOMING, "id": f"in-{uuid4()}", "from": phone, "text": value}
        assert post("incoming", urlencode(form, errors="surrogatepass").encode()).status == 200
        dialled = {"sessionId": f"s-{uuid4()}", "phoneNumber": phone, "text": value}
        answer = post("ussd", urlencode(dialled, errors="surrogatepass").encode())
        assert (answer.status, answer.text[:3]) in ((200, "CON"), (200, "END")), value
    with using(replace(get_resources(), clock=clock)) as resources:
        for body in queues.pop("results"):
            result_runner.handle_result(resources, body)


@pytest.mark.parametrize("value", corpus.PHONES, ids=ascii)
def test_any_number_that_sends_or_dials_gets_an_answer(queues: Any, value: str) -> None:
    incoming = {**INCOMING, "id": f"in-{uuid4()}", "from": value}
    assert post("incoming", urlencode(incoming).encode()).status in (200, 400)
    answer = post("ussd", urlencode({"sessionId": f"s-{uuid4()}", "phoneNumber": value, "text": ""}).encode())
    assert answer.status in (200, 400)
    for body in queues.pop("results"):
        result_runner.handle_result(get_resources(), body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "Jane", "name": "Jane"}',
        b'{"name": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"name": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        b'{"name": 1e999999999}',
        b'{"name": -1E400}',
        b'{"name": ' + b"9" * 4_000 + b"}",
        b'{"name": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"__proto__": {"a": 1}, "name": "Jane"}',
        b"\xff\xfe{\x00}\x00",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_hostile_json_is_a_problem_and_keeps_nothing(owner: Client, body: bytes) -> None:
    answer = owner.post("/v1/owners", body)
    assert answer.status in (400, 422), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert owner.get("/v1/owners").json["items"] == []

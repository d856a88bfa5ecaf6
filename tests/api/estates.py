"""One of each thing that an id can name, made through the API, and requests made up out of the schemas."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from marshmallow import Schema
from marshmallow import fields as plain

from chalicelib import messaging
from chalicelib.messaging.model import NewMessage
from chalicelib.runtime.resources import get_resources
from chalicelib.web import fields
from chalicelib.web.request_context import Operation
from tests.api.client import Client
from tests.contexts import context
from tests.granting import grant

UNKNOWN = "0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a"

# What an id of that name names. A new name must be added here, or the walk over all operations fails.
KIND_OF = {
    "entry_id": "deduction",
    "leases": "lease",
    "line_id": "invoice_line",
    "properties": "property",
    "request_id": "maintenance_request",
    "source_id": "payment",
    "tenants": "tenant",
} | {
    f"{kind}_id": kind
    for kind in (
        "channel", "charge", "credit_note", "deposit_entry", "import", "invoice", "invoice_line", "journal", "lease",
        "member", "message", "notice", "owner", "payment", "promise", "property", "receipt",
        "recurring_charge", "refund", "task", "tenant", "unit",
    )
}  # fmt: skip
SHEET = b"Hse No.,Rent,Tenant Name,Phone\nZ9,12000,Juma Koech,0712345678\n"
# What a schema alone does not tell of a valid request.
TELLING = {"email": "a@example.co.ke", "kra_pin": "A123456789Z", "number": "20071271", "provider_reference": "QX1"}

Ids = dict[str, str]


class Making:
    """Makes things one after another; ``ids`` has the last of each kind."""

    def __init__(self, owner: Client) -> None:
        self.owner = owner
        self.ids: Ids = {}

    def made(self, kind: str, path: str, body: Any, **headers: str) -> Any:
        answer = self.owner.post(path, body, **headers)
        assert answer.status in (200, 201, 202), f"{path}: {answer.text}"
        self.ids[kind] = answer.json.get("id", "")
        return answer.json

    def listed(self, kind: str, path: str) -> None:
        self.ids[kind] = self.owner.get(path).json["items"][0]["id"]


def estate(owner: Client, today: dt.date, name: str = "House") -> Ids:
    """Make one of each kind of thing in a property called ``name``, and return their ids by kind.

    One is a notice, so the owner's organisation is granted messaging.
    """
    grant(get_resources(), owner.organisation_id)
    making = Making(owner)
    _let(making, today, name)
    _bill_and_pay(making, today)
    making.made("import", f"/v1/imports?{urlencode({'property_name': name})}", SHEET, Content_Type="text/csv")
    making.made("task", "/v1/bill-runs", {"period": today.strftime("%Y-%m")})
    making.listed("receipt", f"/v1/receipts?lease_id={making.ids['lease']}")
    making.listed("journal", f"/v1/ledger/journals?source_id={making.ids['payment']}")
    making.listed("member", "/v1/members")
    _tell(making, today)
    return making.ids


def _let(making: Making, today: dt.date, name: str) -> None:
    made, ids = making.made, making.ids
    made("owner", "/v1/owners", {"name": "Achieng"})
    made("channel", "/v1/channels", {"kind": "bank", "name": name, "number": "0100200300"})
    made("property", "/v1/properties", {"name": name, "owner_id": ids["owner"], "channel_id": ids["channel"]})
    house = {"property_id": ids["property"], "type": "shop", "rent": "9000"}
    made("let_unit", "/v1/units", {**house, "name": "A1"})
    made("unit", "/v1/units", {**house, "name": "A2"})
    made("tenant", "/v1/tenants", {"given_name": "Barasa", "phones": ["+254712345678"]})
    terms = {"unit_id": ids["let_unit"], "tenants": [ids["tenant"]], "rent": "9000"}
    made("lease", "/v1/leases", {**terms, "starts_on": today.replace(day=1).isoformat()})
    made("maintenance_request", "/v1/maintenance-requests", {"unit_id": ids["let_unit"], "text": "The tap drips"})


def _bill_and_pay(making: Making, today: dt.date) -> None:
    made, ids = making.made, making.ids
    lease, charge = f"/v1/leases/{ids['lease']}", {"charge_type": "water", "amount": "300.00"}
    made("recurring_charge", f"{lease}/recurring-charges", charge)
    held = {"kind": "rent", "amount": "100.00", "entered_on": today.isoformat(), "channel_id": ids["channel"]}
    made("deposit_entry", f"{lease}/deposits", held)
    invoice = made("invoice", "/v1/invoices", {"lease_id": ids["lease"], "lines": [{**charge, "amount": "900.00"}]})
    ids["invoice_line"] = invoice["lines"][0]["id"]
    made("charge", "/v1/charges", {"lease_id": ids["lease"], **charge})
    lines = [{"line_id": ids["invoice_line"], "amount": "1.00"}]
    made("credit_note", f"/v1/invoices/{ids['invoice']}/credit-notes", {"reason": "agreed", "lines": lines})
    deducted = made("deduction", f"{lease}/deposit-deductions", {"amount": "2.00", "reason": "agreed"})
    ids["deduction"] = deducted["entries"][0]
    paid = {"method": "bank", "amount": "2000.00", "received_on": today.isoformat(), "lease_id": ids["lease"]}
    made("payment", "/v1/payments", {**paid, "channel_id": ids["channel"], "provider_reference": "SJ12ABC345"})
    made("refund", f"/v1/payments/{ids['payment']}/refund", {"amount": "1.00", "reason": "agreed"})


def _tell(making: Making, today: dt.date) -> None:
    """Queue a message by the service: what makes one by itself waits for an hour, or for a member."""
    resources, organisation_id, ids = get_resources(), UUID(making.owner.organisation_id), making.ids
    promised = {"lease_id": ids["lease"], "amount": "1.00", "promised_on": today.isoformat()}
    making.made("promise", "/v1/promises", promised)
    text = {"kind": "notice", "text_en": "Water is off on Friday.", "property_id": ids["property"]}
    task = making.made("task", "/v1/notices", {**text, "price_limit": "100.00"})
    ids["notice"] = task["input"]["notice_id"]
    new = NewMessage(
        "notice", f"notice:{ids['notice']}", tenant_id=UUID(ids["tenant"]), address="+254712345678",
        notice_id=UUID(ids["notice"]), text="Water is off on Friday.",
    )  # fmt: skip
    with resources.writing() as db:
        [message_id] = messaging.queue_messages(context(db, organisation_id, now=resources.clock.now()), [new])
    ids["message"] = str(message_id)


def named_ids(schema: Schema | None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each id that the schema takes, through what is nested and listed."""
    for name, field in (schema.load_fields if schema else {}).items():
        here = (*path, field.data_key or name)
        inner: Any = field.inner if isinstance(field, plain.List) else field
        if isinstance(inner, plain.Nested):
            yield from named_ids(inner.schema, here)
        elif isinstance(inner, plain.UUID):
            yield here


def path_of(operation: Operation, ids: Ids, today: dt.date) -> str:
    known = {name: ids[kind] for name, kind in KIND_OF.items()}
    texts = {"asset": "docs.js", "kind": "reminder_due", "language": "en", "phone": "+254712345678"}
    return operation.path.format(**known, **texts, day=today.isoformat(), period=today.strftime("%Y-%m"))


def query_of(operation: Operation, today: dt.date) -> dict[str, str]:
    """Return what the operation cannot do without in its query."""
    found = operation.query.load_fields.items() if operation.query else ()
    return {field.data_key or name: today.strftime("%Y-%m") for name, field in found if field.required}


def body_of(schema: Schema | None, ids: Ids, today: dt.date, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a body that ``schema`` takes: what is required, and what lies on the path ``also``."""
    body = {}
    for name, field in (schema.load_fields if schema else {}).items():
        key = field.data_key or name
        if field.required or key in also[:1] or (key == "lease_id" and also[:1] == ("channel_id",)):
            body[key] = _value(key, field, ids, today, also[1:])
    return body


def _value(key: str, field: Any, ids: Ids, today: dt.date, also: tuple[str, ...]) -> Any:
    if isinstance(field, plain.List):
        return [_value(key, field.inner, ids, today, also)]
    if isinstance(field, plain.Nested):
        return body_of(field.schema, ids, today, also)
    if isinstance(field, plain.UUID):
        return ids[KIND_OF[key]]
    told: dict[type, Any] = {
        fields.Money: "1.00",
        fields.Month: today.strftime("%Y-%m"),
        fields.Date: today.isoformat(),
    }
    told |= {fields.Phone: "0712 345 678", fields.Boolean: False}
    return told.get(type(field)) or TELLING.get(key) or _of_description(field.openapi)


def _of_description(described: dict[str, Any]) -> Any:
    if described.get("type") == "integer":
        return described["minimum"]
    return described.get("enum", ["Njeri"])[0]


def put(body: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    """Set the id at ``path``; a list on the way has one item."""
    at: Any = body
    for name in path[:-1]:
        at = at[name][0] if isinstance(at[name], list) else at[name]
    at[path[-1]] = [value] if isinstance(at[path[-1]], list) else value

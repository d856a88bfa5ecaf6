"""The compiled teller says what marshmallow would say, of whatever a view returns."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, post_dump
from marshmallow import fields as plain

from chalicelib.paging import Page
from chalicelib.web import fields, serialization


class PartView(Schema):
    id = fields.Uuid()
    amount = fields.Money(attribute="amount_cents", allow_none=True)


class WholeView(Schema):
    id = fields.Uuid()
    name = fields.Text(40)
    kind = fields.OneOf("a", "b")
    rooms = fields.Integer()
    settled = fields.Boolean()
    due_on = fields.Date(allow_none=True)
    period = fields.Month()
    at = fields.DateTime()
    tags = fields.ListOf(fields.Text(10))
    days = fields.ListOf(fields.Date(allow_none=True))
    part = fields.Nested(PartView, allow_none=True)
    parts = fields.ListOf(fields.Nested(PartView))
    many = fields.Nested(PartView, many=True)
    extra = plain.Dict()


@dataclass(frozen=True, slots=True)
class Part:
    id: UUID
    amount_cents: int | None


class Whole(NamedTuple):
    id: UUID
    name: str
    kind: str
    rooms: int
    settled: bool
    due_on: dt.date | None
    period: dt.date
    at: dt.datetime
    tags: list[str]
    days: list[dt.date | None]
    part: Part | None
    parts: list[Part]
    many: list[Part]
    extra: dict[str, Any]


DAYS = st.dates(fields.EARLIEST_DAY, fields.LATEST_DAY)
PARTS = st.builds(Part, st.uuids(), st.none() | st.integers(-(10**15), 10**15))
WHOLES = st.builds(
    Whole,
    id=st.uuids(),
    due_on=st.none() | DAYS,
    period=DAYS.map(lambda day: day.replace(day=1)),
    at=st.datetimes(timezones=st.just(dt.UTC)),
    tags=st.lists(st.text(max_size=5), max_size=3),
    days=st.lists(st.none() | DAYS, max_size=3),
    part=st.none() | PARTS,
    parts=st.lists(PARTS, max_size=3),
    many=st.lists(PARTS, max_size=3),
    extra=st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
WHOLE = WholeView()


@given(WHOLES)
def test_an_object_is_told_as_marshmallow_tells_it(whole: Whole) -> None:
    assert serialization.serialize(WHOLE, whole) == WHOLE.dump(whole)


@given(WHOLES, st.sets(st.sampled_from(Whole._fields)))
def test_of_a_mapping_what_is_missing_is_left_out(whole: Whole, missing: set[str]) -> None:
    given_values = {name: value for name, value in whole._asdict().items() if name not in missing}
    assert serialization.serialize(WHOLE, given_values) == WHOLE.dump(given_values)


@given(st.lists(PARTS, max_size=4), st.none() | st.text(max_size=4))
def test_a_page_is_told_with_its_cursor(parts: list[Part], cursor: str | None) -> None:
    schema = PartView()
    assert serialization.serialize(schema, Page(parts, cursor)) == {
        "items": schema.dump(parts, many=True),
        "next_cursor": cursor,
    }


def test_what_an_object_lacks_is_a_fault_and_not_left_out() -> None:
    with pytest.raises(AttributeError):
        serialization.serialize(WHOLE, Part(uuid4(), 1))


class HookedView(PartView):
    shout = plain.Function(lambda part: str(part.id).upper())

    @post_dump
    def _add(self, serialized: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**serialized, "added": True}


class DottedView(Schema):
    inner = fields.Money(attribute="part.amount_cents")


def test_what_cannot_be_compiled_is_told_by_marshmallow() -> None:
    part = Part(uuid4(), 150)
    serialized = serialization.serialize(HookedView(), part)
    assert serialized == {"id": str(part.id), "amount": "1.50", "shout": str(part.id).upper(), "added": True}
    assert serialization.serialize(DottedView(), {"part": part}) == {"inner": "1.50"}


def test_a_schema_of_one_field_is_told() -> None:
    class OneView(Schema):
        amount = fields.Money(attribute="amount_cents")

    assert serialization.serialize(OneView(), Part(uuid4(), 5)) == {"amount": "0.05"}

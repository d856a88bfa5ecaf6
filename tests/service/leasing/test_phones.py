"""Whom a phone belongs to: across organisations, each with its own leases, and nobody who is forgotten."""

import datetime as dt
import itertools

import pytest

from chalicelib import leasing
from chalicelib.leasing.tenant_model import PhoneTenant
from tests.contexts import context
from tests.queries import counted
from tests.service.leasing.conftest import TODAY, Home

_numbers = itertools.count()


@pytest.fixture
def phone() -> str:
    return f"+25418{next(_numbers):07d}"  # 018: no other test's


def found(home: Home, phone: str) -> list[PhoneTenant]:
    with home.resources.reading() as db:
        return leasing.list_leases_of_phone(db, phone, now=home.now)


def test_a_phone_finds_the_tenant_and_what_they_rent(home: Home, phone: str) -> None:
    tenant = home.tenant(phones=["0110000099", phone], language="sw")
    lease = home.let(tenants=[tenant.id])
    [one] = found(home, phone)
    assert (one.organisation_id, one.organisation_name, one.currency) == (home.organisation_id, "Acme Homes", "KES")
    assert (one.tenant_id, one.language, one.today) == (tenant.id, "sw", TODAY)
    [rented] = one.leases
    assert (rented.id, rented.tenant_id, rented.status, rented.due_day) == (lease.id, tenant.id, "active", 5)
    assert (rented.unit_id, rented.unit_name) == (home.unit_id, "A1")
    assert (rented.property_id, rented.property_name) == (home.property_id, "Mwangaza Court")


def test_nobody_is_found_by_a_phone_that_nobody_has(home: Home, phone: str) -> None:
    assert found(home, phone) == []


def test_a_tenant_without_a_lease_is_found_without_one(home: Home, phone: str) -> None:
    home.tenant(phones=[phone])
    assert [each.leases for each in found(home, phone)] == [[]]


def test_leases_are_told_as_they_stand_and_those_called_off_are_not(home: Home, phone: str) -> None:
    tenant = home.tenant(phones=[phone])
    ended = home.let(tenants=[tenant.id], starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 10, 31))
    running = home.let(tenants=[home.tenant().id, tenant.id], starts_on=dt.date(2026, 11, 1))
    coming = home.let(tenants=[tenant.id], unit_id=home.other_unit_id, starts_on=dt.date(2026, 12, 1))
    [one] = found(home, phone)
    assert [(each.id, each.status) for each in one.leases] == [
        (ended.id, "ended"),
        (running.id, "active"),
        (coming.id, "upcoming"),
    ]
    with home.resources.writing() as db:
        leasing.record_termination(
            context(db, home.organisation_id, today=TODAY),
            coming.id,
            None,
            ends_on=dt.date(2026, 11, 30),
            given_on=TODAY,
            waive_notice=True,
        )
    assert [each.id for each in found(home, phone)[0].leases] == [ended.id, running.id]


def test_one_query_finds_the_tenants_of_all_organisations(home: Home, elsewhere: Home, phone: str) -> None:
    for each in (home, elsewhere):
        for _ in range(2):
            each.tenant(phones=[phone])
        each.let(tenants=[each.tenant(phones=[phone]).id])
    with counted(home.resources.reader) as statements:
        tenants = found(home, phone)
    assert len(statements) == 1
    assert [each.organisation_id for each in tenants] == sorted([home.organisation_id, elsewhere.organisation_id] * 3)
    for tenant in tenants:
        own = {home.organisation_id: home, elsewhere.organisation_id: elsewhere}[tenant.organisation_id]
        assert {each.unit_id for each in tenant.leases} <= {own.unit_id}
    assert sum(len(each.leases) for each in tenants) == 2


def test_whose_first_number_it_is_comes_first(home: Home, phone: str) -> None:
    home.tenant("Second", phones=["0110000098", phone])
    first = home.tenant("First", phones=[phone])
    assert found(home, phone)[0].tenant_id == first.id


def test_an_erased_tenant_is_not_found(home: Home, phone: str) -> None:
    tenant = home.tenant(phones=[phone])
    home.let(tenants=[tenant.id], starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 5, 31))
    with home.resources.writing() as db:
        leasing.anonymise_tenant(context(db, home.organisation_id, now=home.now, today=TODAY), tenant.id)
    assert found(home, phone) == []

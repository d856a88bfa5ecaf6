"""Tenants are kept, found, and forgotten; their papers are kept sealed."""

import datetime as dt
import subprocess
from pathlib import Path
from typing import Any, Unpack

import pytest
from sqlalchemy import make_url, select

from chalicelib import leasing
from chalicelib.errors import Conflict, Invalid, NotFound, PreconditionFailed
from chalicelib.leasing.tenant_model import IdentityDocument, NextOfKin, Tenant, TenantChange
from chalicelib.paging import PageRequest
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.leasing import tenants
from chalicelib.storage.tables.organisations import data_keys
from tests.contexts import context
from tests.queries import counted
from tests.service.leasing.conftest import TODAY, Home

NUMBER = "20007919"
DOCUMENT = IdentityDocument("national_id", NUMBER)


def change(home: Home, tenant: Tenant, version: int | None = None, **changes: Unpack[TenantChange]) -> Tenant:
    with home.resources.writing() as db:
        return leasing.change_tenant(
            context(db, home.organisation_id, now=home.now), tenant.id, version, changes, keys=home.resources.keys
        )


def read_document(home: Home, tenant: Tenant) -> IdentityDocument:
    with home.resources.reading() as db:
        return leasing.read_identity_document(context(db, home.organisation_id), tenant.id, keys=home.resources.keys)


def erase(home: Home, tenant: Tenant, today: dt.date = TODAY) -> Tenant:
    with home.resources.writing() as db:
        leasing.anonymise_tenant(context(db, home.organisation_id, now=home.now, today=today), tenant.id)
        return leasing.get_tenant(context(db, home.organisation_id), tenant.id)


def names(home: Home, **filters: Any) -> list[str]:
    with home.resources.reading() as db:
        return [
            each.name
            for each in leasing.list_tenants(
                context(db, home.organisation_id, today=TODAY), PageRequest(), **filters
            ).items
        ]


@pytest.mark.parametrize("spelled", ["0700 000 001", "700000001", "+254700000001", "254-700-000-001", "(0700) 000.001"])
def test_a_phone_is_kept_in_one_form_from_any_spelling_and_found_by_any(home: Home, spelled: str) -> None:
    tenant = home.tenant("Barasa", phones=[spelled, "0110000014", "0700000001"])
    assert tenant.phones == ["+254700000001", "+254110000014"]
    assert names(home, phone=spelled) == ["Barasa"]
    assert names(home, phone="0110 000 014") == ["Barasa"]
    assert names(home, phone="0700000002") == []


@pytest.mark.parametrize(
    "spelled", ["", "0800000001", "070000001", "+255700000001", "07000000011", "\u0660\u0667" + 8 * "\u0660"]
)
def test_what_is_no_kenyan_mobile_number_is_refused(home: Home, spelled: str) -> None:
    with pytest.raises(Invalid) as refused:
        home.tenant("Barasa", phones=["0700000001", spelled])
    assert refused.value.facts["errors"][0]["field"] == "phones.1"
    assert names(home) == []


def test_tenants_are_told_by_name_and_found_by_the_beginning_of_any_of_their_names(home: Home) -> None:
    home.tenant("Wanjiku", family_name="Kamau")
    home.tenant("barasa", middle_name="Imani", family_name="Maina")
    home.tenant("Barasa", family_name="Otieno")
    assert names(home) == ["barasa Imani Maina", "Barasa Otieno", "Wanjiku Kamau"]
    assert names(home, name="BARASA  i") == ["barasa Imani Maina"]
    assert names(home, name="bara") == ["barasa Imani Maina", "Barasa Otieno"]
    assert names(home, name="kamau") == ["Wanjiku Kamau"]
    assert names(home, name="%") == names(home, name="amau") == []


def test_a_change_names_the_version_it_changes_and_is_found_by_the_new_name(home: Home) -> None:
    tenant = home.tenant("Barasa", family_name="Maina", phones=["0700000001"])
    kin = NextOfKin("Imani", "0711 000 000", "sister")
    after = change(home, tenant, tenant.version, family_name="Otieno", kin=kin, phones=[], language="sw")
    assert (after.name, after.phones, after.language, after.version) == ("Barasa Otieno", [], "sw", 2)
    assert after.kin is not None
    assert after.kin.phone == "+254711000000"
    assert names(home, name="barasa ot") == ["Barasa Otieno"]
    assert names(home, phone="0700000001") == []
    with pytest.raises(PreconditionFailed):
        change(home, tenant, tenant.version, note="late")
    assert change(home, tenant, None, kin=None).kin is None


@pytest.mark.parametrize(
    ("kind", "spelled", "kept"),
    [
        ("national_id", " 2000 7919", NUMBER),
        ("passport", "ak 0123456", "AK0123456"),
        ("alien_id", "123456", "123456"),
    ],
)
def test_an_identity_document_is_read_back_as_it_was_given(home: Home, kind: str, spelled: str, kept: str) -> None:
    tenant = home.tenant("Barasa", identity_document=IdentityDocument(kind, spelled))
    assert tenant.identity_kind == kind
    assert read_document(home, tenant) == IdentityDocument(kind, kept)


@pytest.mark.parametrize(
    ("kind", "number"),
    [("national_id", "123456"), ("national_id", "A1234567"), ("passport", "AK_12"), ("alien_id", "1")],
)
def test_a_number_that_does_not_fit_its_kind_is_refused_and_nothing_is_kept(home: Home, kind: str, number: str) -> None:
    with pytest.raises(Invalid):
        home.tenant("Barasa", identity_document=IdentityDocument(kind, number))
    assert names(home) == []


def test_a_document_is_replaced_and_taken_away(home: Home) -> None:
    tenant = home.tenant("Barasa", identity_document=DOCUMENT)
    change(home, tenant, identity_document=IdentityDocument("passport", "AK0123456"))
    assert read_document(home, tenant).number == "AK0123456"
    assert change(home, tenant, identity_document=None).identity_kind is None
    with pytest.raises(NotFound):
        read_document(home, tenant)
    change(home, tenant, identity_document=DOCUMENT)
    assert read_document(home, tenant).number == NUMBER


def stored_bytes(home: Home) -> bytes:
    """Return every byte that the database holds: the SQLite file and its log, or all tables of MariaDB."""
    url = make_url(str(home.resources.writer.url))
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        # By another process: a close of the file in this one drops the locks that SQLite holds on it, and the
        # next process to open the database resets the index of its log under us.
        files = sorted(map(str, file.parent.glob(f"{file.name}*")))
        return subprocess.run(["cat", *files], stdout=subprocess.PIPE, check=True).stdout
    return b"".join(_mariadb_rows(home.resources))


def _mariadb_rows(resources: Resources) -> list[bytes]:
    with resources.reading() as db:
        there = [row[0] for row in db.exec_driver_sql("SHOW TABLES")]
        return [
            value if isinstance(value, bytes) else str(value).encode()
            for name in there
            for row in db.exec_driver_sql(f"SELECT * FROM `{name}`")
            for value in row
        ]


def test_the_number_stands_nowhere_in_clear_and_is_gone_after_erasure(home: Home) -> None:
    number, first, phone = "918273645", "Zawadiqx", "0798765431"
    tenant = home.tenant(
        first,
        phones=[phone],
        identity_document=IdentityDocument("national_id", number),
        kin=NextOfKin("Rehemaqx", phone, "aunt"),
    )
    stored = stored_bytes(home)
    assert first.encode() in stored  # what is in clear is found, so the search can find
    assert number.encode() not in stored
    assert read_document(home, tenant).number == number
    with home.resources.reading() as db:
        sealed = db.scalar(select(tenants.c.identity_sealed).where(tenants.c.id == tenant.id))
    assert sealed is not None

    erased = erase(home, tenant)
    assert (erased.name, erased.phones, erased.kin, erased.identity_kind) == ("Erased", [], None, None)
    assert erased.erased_at == home.now
    with pytest.raises(NotFound):
        read_document(home, tenant)
    with home.resources.reading() as db:
        assert db.scalar(select(data_keys.c.id).where(data_keys.c.id == tenant.id)) is None
        row = db.execute(select(tenants).where(tenants.c.id == tenant.id)).one()
    told = " ".join(str(value) for value in row)
    assert first not in told
    assert "Rehema" not in told
    assert names(home) == []


def test_erasing_tells_the_phones_that_others_know_the_tenant_by(home: Home) -> None:
    tenant = home.tenant("Barasa", phones=["+254700000077", "+254700000078"])
    with home.resources.writing() as db:
        erased = leasing.anonymise_tenant(context(db, home.organisation_id, now=home.now, today=TODAY), tenant.id)
    assert erased == ([], ["+254700000077", "+254700000078"])


def test_the_erased_are_not_erased_again_nor_changed_nor_let_to(home: Home) -> None:
    tenant = home.tenant("Barasa")
    erase(home, tenant)
    with pytest.raises(Conflict):
        erase(home, tenant)
    with pytest.raises(Conflict):
        change(home, tenant, note="back")
    with pytest.raises(Invalid):
        home.let(tenants=[tenant.id])


@pytest.mark.parametrize("starts_on", [dt.date(2026, 6, 1), dt.date(2027, 1, 1)])
def test_who_rents_or_will_rent_is_not_erased(home: Home, starts_on: dt.date) -> None:
    payer, other = home.tenant("Barasa"), home.tenant("Wanjiku")
    home.let(tenants=[payer.id, other.id], starts_on=starts_on, ends_on=dt.date(2027, 3, 31))
    for tenant in (payer, other):
        with pytest.raises(Conflict):
            erase(home, tenant)
    assert erase(home, other, today=dt.date(2027, 4, 1)).name == "Erased"


def test_another_organisation_s_tenant_is_not_found(home: Home, elsewhere: Home) -> None:
    tenant = elsewhere.tenant("Barasa", identity_document=DOCUMENT, phones=["0700000001"])
    for attempt in (read_document, erase, change):
        with pytest.raises(NotFound):
            attempt(home, tenant)
    assert names(home) == names(home, phone="0700000001") == []
    assert read_document(elsewhere, tenant) == DOCUMENT


def test_a_list_takes_as_many_queries_for_thirty_as_for_one(home: Home) -> None:
    taken = []
    for count in (1, 29):
        for number in range(count):
            home.tenant(f"Tenant {number}", phones=["0700000001", "0700000002"])
        with counted(home.resources.reader) as statements:
            names(home, phone="0700000001")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 3

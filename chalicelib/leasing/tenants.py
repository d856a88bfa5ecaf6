"""Add, change, list and anonymise tenants."""

import json
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from chalicelib import messaging, portfolio
from chalicelib import phones as phone_numbers
from chalicelib.errors import STALE_VERSION, Conflict, Invalid, NotFound, PreconditionFailed
from chalicelib.ids import new_id
from chalicelib.leasing import phone_place_repository
from chalicelib.leasing import tenant_repository as repository
from chalicelib.leasing.tenant_model import ErasedTenant, IdentityDocument, NewTenant, NextOfKin, Tenant, TenantChange
from chalicelib.organisations import vault
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.runtime.ports import KeyWrapper
from chalicelib.values import InvalidValue, parse_identity_number

# As phones, word processors and dictionaries write the one of ng'ombe; \u2032 to be a prime, and \u00b4 an accent.
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u00b4`\uff07"), "'")
_MAX_NAME_KEY = 190  # characters that ``name_key`` holds
_NO_KIN = {"kin_name": "", "kin_phone": None, "kin_relation": ""}
_NO_DOCUMENT = {"identity_kind": None, "identity_sealed": None}
_NOT_COLUMNS = ("phones", "identity_document", "kin")  # stored in another form than that in which they are given


def add_tenant(ctx: Context, new: NewTenant, *, keys: KeyWrapper) -> Tenant:
    """Add a tenant and return them. The document is stored encrypted under the tenant's own data key.

    Raises:
        Invalid: a phone is not a phone number, or the identity number does not fit its kind.
        Unavailable: the key service does not answer.
    """
    tenant_id = new_id()
    document = new.identity_document
    row = {
        "id": tenant_id,
        "given_name": new.given_name,
        "middle_name": new.middle_name,
        "family_name": new.family_name,
        "name_key": _full_name_key(new.given_name, new.middle_name, new.family_name),
        "language": new.language,
        "email": new.email,
        "kra_pin": new.kra_pin,
        **_kin_columns(new.kin),
        **(_NO_DOCUMENT if document is None else _seal_document(ctx, tenant_id, document, keys)),
        "note": new.note,
        "erased_at": None,
        "version": 1,
        "created_at": ctx.now,
    }
    repository.add_tenant(ctx, row, _parse_phones(new.phones))
    return get_tenant(ctx, tenant_id)


def change_tenant(
    ctx: Context, tenant_id: UUID, version: int | None, changes: TenantChange, *, keys: KeyWrapper
) -> Tenant:
    """Change what ``changes`` names and return the tenant.

    Unsent messages follow a change of phones or language.

    Raises:
        Conflict: the tenant was erased.
        Invalid: as for ``add_tenant``.
        PreconditionFailed: the tenant is no longer at ``version``.
    """
    # Locked before anything is encrypted: concurrent changes must not each create the tenant's data key.
    before = repository.find_tenant(ctx, tenant_id, lock=True)
    if before is None:
        raise NotFound("There is no such tenant.")
    if before.erased_at is not None:
        raise Conflict("The tenant was erased.", tenant_id=str(tenant_id))
    if version is not None and version != before.version:
        raise PreconditionFailed(STALE_VERSION)
    repository.change_tenant(ctx, tenant_id, version, _changed_columns(ctx, before, changes, keys))
    if "phones" in changes:
        repository.replace_phones(ctx, tenant_id, _parse_phones(changes["phones"]))
        phone_place_repository.delete_unclaimed_places(ctx.db, ctx.organisation_id, phones=before.phones)
    after = get_tenant(ctx, tenant_id)
    phones = after.phones if "phones" in changes else None
    messaging.redirect_messages(ctx, tenant_id, phones=phones, language=changes.get("language"))
    return after


def get_tenant(ctx: Context, tenant_id: UUID) -> Tenant:
    return _require_tenant(repository.find_tenant(ctx, tenant_id))


def get_visible_tenant(ctx: Context, tenant_id: UUID) -> Tenant:
    """Return the tenant with the fields that the caller may see.

    A caretaker sees only tenants who live in their properties today, with contact and next of kin; documents,
    address and notes are for the office.
    """
    if ctx.actor.properties is None:
        return get_tenant(ctx, tenant_id)
    return _redact(
        _require_tenant(
            repository.find_tenant(ctx, tenant_id, repository.ActiveTenancy(ctx.actor.properties, ctx.today))
        )
    )


def _require_tenant(tenant: Tenant | None) -> Tenant:
    if tenant is None:
        raise NotFound("There is no such tenant.")
    return tenant


def _redact(tenant: Tenant) -> Tenant:
    return tenant._replace(email=None, kra_pin=None, identity_kind=None, note="")


def list_tenants(
    ctx: Context, page_request: PageRequest, *, name: str | None = None, phone: str | None = None
) -> Page[Tenant]:
    """Return a page of tenants by name, filtered by the beginning of any of their names, and by phone.

    Limited for caretakers as in ``get_visible_tenant``.
    """
    number = None if phone is None else phone_numbers.parse_phone(phone)
    renting = None if ctx.actor.properties is None else repository.ActiveTenancy(ctx.actor.properties, ctx.today)
    page = repository.list_tenants(
        ctx, page_request, renting=renting, name_prefix=_name_key(name) if name else None, phone=number
    )
    return page if ctx.actor.properties is None else Page([_redact(each) for each in page.items], page.next_cursor)


def read_identity_document(ctx: Context, tenant_id: UUID, *, keys: KeyWrapper) -> IdentityDocument:
    """Return the document, decrypted.

    Raises:
        NotFound: there is no such tenant, or they have no document.
        Unavailable: the key service does not answer.
    """
    get_tenant(ctx, tenant_id)
    sealed = repository.find_sealed_identity(ctx, tenant_id)
    if sealed is None:
        raise NotFound("This tenant has no identity document.")
    return IdentityDocument(**json.loads(vault.unseal(ctx.db, keys, ctx.organisation_id, tenant_id, sealed)))


def anonymise_tenant(ctx: Context, tenant_id: UUID) -> ErasedTenant:
    """Anonymise the tenant, and return the keys by which other domains find their data of them.

    Tax records must stay, so the row stays without a name, phones or documents, and the leases without
    their notes. Destroying the data key makes the encrypted document unreadable wherever it was copied
    without the key. Other domains anonymise their own data: ``imports.service.erase_tenant`` calls
    them all.

    Raises:
        Conflict: a lease of theirs runs or is to come, or they were erased before.
    """
    before = repository.find_tenant(ctx, tenant_id, lock=True)
    if before is None:
        raise NotFound("There is no such tenant.")
    if before.erased_at is not None:
        raise Conflict("The tenant has already been erased.", tenant_id=str(tenant_id))
    if repository.has_running_lease(ctx, tenant_id, ctx.today):
        raise Conflict("The tenant has a lease that has not ended; end it first.", tenant_id=str(tenant_id))
    blank_columns = {
        "given_name": "Erased",
        "middle_name": "",
        "family_name": "",
        "name_key": "erased",
        "email": None,
        "kra_pin": None,
        "note": "",
        **_NO_DOCUMENT,
        **_NO_KIN,
        "erased_at": ctx.now,
    }
    repository.change_tenant(ctx, tenant_id, None, blank_columns)
    repository.replace_phones(ctx, tenant_id, [])
    phone_place_repository.delete_unclaimed_places(ctx.db, ctx.organisation_id, phones=before.phones)
    vault.destroy_key(ctx.db, ctx.organisation_id, tenant_id)
    return ErasedTenant(repository.clear_notes(ctx, tenant_id), before.phones)


def _changed_columns(ctx: Context, before: Tenant, changes: TenantChange, keys: KeyWrapper) -> dict[str, object]:
    columns: dict[str, object] = {name: value for name, value in changes.items() if name not in _NOT_COLUMNS}
    if "kin" in changes:
        columns |= _kin_columns(changes["kin"])
    if "identity_document" in changes:
        document = changes["identity_document"]
        if document is None:
            vault.destroy_key(ctx.db, ctx.organisation_id, before.id)
            columns |= _NO_DOCUMENT
        else:
            columns |= _seal_document(ctx, before.id, document, keys)
    columns["name_key"] = _full_name_key(
        changes.get("given_name", before.given_name),
        changes.get("middle_name", before.middle_name),
        changes.get("family_name", before.family_name),
    )
    return columns


def _kin_columns(kin: NextOfKin | None) -> dict[str, str | None]:
    if kin is None:
        return _NO_KIN
    phone = kin.phone and phone_numbers.parse_phone(kin.phone, "kin.phone")
    return {"kin_name": kin.name, "kin_phone": phone, "kin_relation": kin.relation}


def _seal_document(ctx: Context, tenant_id: UUID, document: IdentityDocument, keys: KeyWrapper) -> dict[str, object]:
    stored = document._replace(number=_identity_number(document))
    plain = json.dumps(stored._asdict()).encode()
    sealed = vault.seal(ctx.db, keys, ctx.organisation_id, tenant_id, plain, now=ctx.now)
    return {"identity_kind": document.kind, "identity_sealed": sealed}


def _identity_number(document: IdentityDocument) -> str:
    """Return the number as stored: upper case, no spaces."""
    try:
        return parse_identity_number(document.kind, document.number)
    except InvalidValue as refused:
        raise Invalid([("identity_document.number", str(refused))]) from refused


def _parse_phones(spelled: Sequence[str]) -> list[str]:
    """Return the numbers in E.164, without duplicates, in order."""
    return list(dict.fromkeys(phone_numbers.parse_phone(each, f"phones.{index}") for index, each in enumerate(spelled)))


def _full_name_key(*names: str) -> str:
    return _name_key(" ".join(names))


def _name_key(name: str) -> str:
    """Return the name as used for sorting and searching: letters without their accents, one apostrophe for all."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return portfolio.name_key(plain.translate(_APOSTROPHES))[:_MAX_NAME_KEY]

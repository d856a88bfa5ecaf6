"""Reasons not to send to a number: its holder's objection, or a lease that ended long ago."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from chalicelib.messaging.model import KINDS, SMS, MessageSettings
from chalicelib.messaging.rules import passes_opt_out

OPTED_OUT = "opted_out"
NUMBER_DENIED = "number_denied"  # its holder denied being this tenant
LEASE_ENDED = "lease_ended"  # so long ago that the number may have another holder


class MessageTarget(NamedTuple):
    """A recipient, and the lease that a message is about."""

    address: str | None
    lease_id: UUID | None


class Suppressions:
    """Suppressions of a set of numbers and leases of one organisation."""

    def __init__(self) -> None:
        self._opted_out: set[str] = set()
        self._stopped_at: dict[str, dt.datetime] = {}
        self._confirmed_at: dict[str, dt.datetime] = {}  # latest confirmation of any lease
        self._denied: set[tuple[str, UUID]] = set()
        self._denied_in: set[tuple[str, UUID]] = set()  # numbers and properties
        self._confirmed_in: set[tuple[str, UUID]] = set()
        self._property_of: dict[UUID, UUID] = {}  # of the requested leases
        self._ended: set[UUID] = set()

    def add_row(
        self,
        kind: str,
        phone: str | None,
        lease_id: UUID | None,
        property_id: UUID | None,
        at: dt.datetime | None,
        yes: bool,
    ) -> None:
        """Add one row: an organisation's opt-out, a global stop, a lease confirmation, or a lease and its end."""
        if kind == "lease":
            self._note_lease(lease_id, property_id, yes)
        elif phone is None:
            return
        elif kind == "opt_out":
            self._opted_out.add(phone)
        elif kind == "stop" and at is not None:
            self._stopped_at[phone] = at
        elif lease_id is not None and at is not None:
            self._note_place(phone, lease_id, property_id, at if yes else None)

    def _note_lease(self, lease_id: UUID | None, property_id: UUID | None, ended: bool) -> None:
        if lease_id is not None and property_id is not None:
            self._property_of[lease_id] = property_id
            self._ended.update({lease_id} if ended else ())

    def _note_place(
        self, phone: str, lease_id: UUID, property_id: UUID | None, confirmed_at: dt.datetime | None
    ) -> None:
        if confirmed_at is None:
            self._denied.add((phone, lease_id))
        else:
            self._confirmed_at[phone] = max(confirmed_at, self._confirmed_at.get(phone, confirmed_at))
        if property_id is not None:
            (self._confirmed_in if confirmed_at else self._denied_in).add((phone, property_id))

    def is_confirmed(self, phone: str) -> bool:
        """Return whether the holder has confirmed a lease of the organisation as theirs."""
        return phone in self._confirmed_at

    def is_opted_out(self, phone: str) -> bool:
        """Return whether the number is opted out of the organisation's messages.

        A global stop ends when the holder later confirms a lease of the organisation.
        """
        if phone in self._opted_out:
            return True
        stopped_at, confirmed_at = self._stopped_at.get(phone), self._confirmed_at.get(phone)
        return stopped_at is not None and (confirmed_at is None or confirmed_at <= stopped_at)

    def is_denied(self, phone: str, lease_id: UUID | None) -> bool:
        """Return whether the holder denied the lease, or denied one of the organisation and confirmed none.

        A denial covers every lease entered at that property, until the holder confirms one.
        """
        if lease_id is not None and (phone, lease_id) in self._denied:
            return True
        place = (phone, self._property_of[lease_id]) if lease_id in self._property_of else None
        if place in self._denied_in and place not in self._confirmed_in:
            return True
        return phone not in self._confirmed_at and any(denied == phone for denied, _ in self._denied)

    def reason_for_lease(self, address: str, lease_id: UUID | None) -> str:
        """Return why nothing about the lease is sent to the number, or ""."""
        if self.is_denied(address, lease_id):
            return NUMBER_DENIED
        return LEASE_ENDED if lease_id in self._ended else ""

    def reason_not_to_send(
        self, kind: str, medium: str, address: str, lease_id: UUID | None, settings: MessageSettings
    ) -> str:
        """Return why a message is not sent, or ""; replies to an incoming SMS always are."""
        if medium == SMS and KINDS[kind].opt_out != "passed":
            suppression = self.reason_for_lease(address, lease_id)
            if suppression:
                return suppression
        if self.is_opted_out(address) and not passes_opt_out(kind, settings):
            return OPTED_OUT
        return ""

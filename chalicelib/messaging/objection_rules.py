"""What speaks against sending a message to a number: its holder's word, and a lease that ended long ago."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from chalicelib.messaging.model import KINDS, SMS, Settings
from chalicelib.messaging.rules import passes_opt_out

OPTED_OUT = "opted_out"
NUMBER_DENIED = "number_denied"  # its holder says that it is not this tenant's
LEASE_ENDED = "lease_ended"  # so long ago that the number may have another holder


class About(NamedTuple):
    """To whom something would be sent, and about which lease."""

    address: str | None
    lease_id: UUID | None


class Objections:
    """What is known of a set of numbers and leases of one organisation."""

    def __init__(self) -> None:
        self._opted_out: set[str] = set()
        self._stopped_at: dict[str, dt.datetime] = {}
        self._confirmed_at: dict[str, dt.datetime] = {}  # the last time that anything there was
        self._denied: set[tuple[str, UUID]] = set()
        self._ended: set[UUID] = set()

    def note(self, kind: str, phone: str | None, lease_id: UUID | None, at: dt.datetime | None, yes: bool) -> None:
        """Take in one row: an opt-out of the organisation's, a stop to all, a place's state, or an ended lease."""
        if kind == "ended" and lease_id is not None:
            self._ended.add(lease_id)
        elif phone is None:
            return
        elif kind == "opt_out":
            self._opted_out.add(phone)
        elif kind == "stop" and at is not None:
            self._stopped_at[phone] = at
        elif yes and at is not None:
            self._confirmed_at[phone] = max(at, self._confirmed_at.get(phone, at))
        elif lease_id is not None:
            self._denied.add((phone, lease_id))

    def is_confirmed(self, phone: str) -> bool:
        """Tell whether the holder has said of a place of the organisation that it is theirs."""
        return phone in self._confirmed_at

    def is_silent(self, phone: str) -> bool:
        """Tell whether the number wants nothing of the organisation.

        A stop to all ends where the holder confirmed a place of the organisation after it.
        """
        if phone in self._opted_out:
            return True
        stopped_at, confirmed_at = self._stopped_at.get(phone), self._confirmed_at.get(phone)
        return stopped_at is not None and (confirmed_at is None or confirmed_at <= stopped_at)

    def is_denied(self, phone: str, lease_id: UUID | None) -> bool:
        """Tell whether the holder said that the lease is not theirs, or one and none other of the organisation is."""
        if lease_id is not None and (phone, lease_id) in self._denied:
            return True
        return phone not in self._confirmed_at and any(denied == phone for denied, _ in self._denied)

    def to_lease(self, address: str, lease_id: UUID | None) -> str:
        """Return why the number is told nothing of the lease, or ""."""
        if self.is_denied(address, lease_id):
            return NUMBER_DENIED
        return LEASE_ENDED if lease_id in self._ended else ""

    def why_not(self, kind: str, medium: str, address: str, lease_id: UUID | None, settings: Settings) -> str:
        """Return why a message is not sent, or ""; an answer to what was just asked always is."""
        if medium == SMS and KINDS[kind].opt_out != "passed":
            objection = self.to_lease(address, lease_id)
            if objection:
                return objection
        if self.is_silent(address) and not passes_opt_out(kind, settings):
            return OPTED_OUT
        return ""

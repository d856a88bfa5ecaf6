"""Storage format of a claim, common to all stores: the name is a hash of its key, so it reveals no address."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from chalicelib.runtime.ports import SendClaim, SendOutcome

CLAIMED_AT = "taken_at"


def claim_name(key: str) -> str:
    """Return the name under which the claim of ``key`` is stored: 64 hex digits."""
    return hashlib.sha256(key.encode()).hexdigest()


def serialize_outcome(outcome: SendOutcome) -> dict[str, Any]:
    """Return ``outcome`` as a mapping of strings, integers and booleans."""
    return {name: value for name, value in outcome._asdict().items() if value is not None}


def parse_claim(stored: Mapping[str, Any]) -> SendClaim:
    """Parse a claim stored as ``CLAIMED_AT`` (ISO 8601) and, once settled, the outcome's values."""
    return SendClaim(
        dt.datetime.fromisoformat(stored[CLAIMED_AT]), _parse_outcome(stored) if "outcome" in stored else None
    )


def _parse_outcome(stored: Mapping[str, Any]) -> SendOutcome:
    cost_cents = stored.get("cost_cents")
    return SendOutcome(
        outcome=stored["outcome"],
        permanent=bool(stored["permanent"]),
        provider_reference=stored.get("provider_reference"),
        parts=int(stored["parts"]),
        cost_cents=None if cost_cents is None else int(cost_cents),
        reason=stored["reason"],
    )

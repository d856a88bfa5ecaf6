"""How a claim is written down, whoever keeps it: under the sum of its key, so that no name tells an address."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from chalicelib.runtime.ports import SendClaim, SendOutcome

CLAIMED_AT = "taken_at"


def claim_name(key: str) -> str:
    """Return the name that the claim of ``key`` is kept under: 64 hex digits."""
    return hashlib.sha256(key.encode()).hexdigest()


def serialize_outcome(outcome: SendOutcome) -> dict[str, Any]:
    """Return what is kept of ``outcome``: strings, whole numbers and truths by name."""
    return {name: value for name, value in outcome._asdict().items() if value is not None}


def parse_claim(stored: Mapping[str, Any]) -> SendClaim:
    """Return the claim that was kept as ``CLAIMED_AT`` (ISO 8601) and, once it was settled, the outcome's values."""
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

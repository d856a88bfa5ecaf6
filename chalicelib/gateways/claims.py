"""How a claim is written down, whoever keeps it: under the sum of its key, so that no name tells an address."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from chalicelib.runtime.ports import Claim, Outcome

TAKEN_AT = "taken_at"


def name_of(key: str) -> str:
    """Return the name that the claim of ``key`` is kept under: 64 hex digits."""
    return hashlib.sha256(key.encode()).hexdigest()


def to_values(outcome: Outcome) -> dict[str, Any]:
    """Return what is kept of ``outcome``: strings, whole numbers and truths by name."""
    return {name: value for name, value in outcome._asdict().items() if value is not None}


def to_claim(kept: Mapping[str, Any]) -> Claim:
    """Return the claim that was kept as ``TAKEN_AT`` (ISO 8601) and, once it was settled, the outcome's values."""
    return Claim(dt.datetime.fromisoformat(kept[TAKEN_AT]), _outcome(kept) if "outcome" in kept else None)


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    cost_cents = kept.get("cost_cents")
    return Outcome(
        outcome=kept["outcome"],
        permanent=bool(kept["permanent"]),
        provider_reference=kept.get("provider_reference"),
        parts=int(kept["parts"]),
        cost_cents=None if cost_cents is None else int(cost_cents),
        reason=kept["reason"],
    )

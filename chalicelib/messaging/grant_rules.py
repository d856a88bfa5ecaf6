"""An organisation's own settings, limited to its grants."""

from collections.abc import Iterator

from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import MessageSettings, MessageSettingsChange
from chalicelib.money import format_cents


def limit_to_allowance(own: MessageSettings, allowance: Allowance) -> MessageSettings:
    """Return the settings in effect: an organisation can only lower its limits."""
    is_name_granted = allowance.granted and own.sender_name == allowance.sender_name
    return own._replace(
        sender_name=own.sender_name if is_name_granted else "",
        daily_cap=min(own.daily_cap, allowance.daily_cap),
        tenant_daily_cap=min(own.tenant_daily_cap, allowance.tenant_daily_cap),
        monthly_limit_cents=min(own.monthly_limit_cents, allowance.monthly_limit_cents),
        legal_notices_pass_opt_out=own.legal_notices_pass_opt_out and allowance.granted,
    )


def find_excess(values: MessageSettingsChange, allowance: Allowance) -> Iterator[tuple[str, str]]:
    """Yield each field of ``values`` that exceeds the allowance, and the limit."""
    caps = (
        ("daily_cap", values.get("daily_cap", 0), allowance.daily_cap),
        ("tenant_daily_cap", values.get("tenant_daily_cap", 0), allowance.tenant_daily_cap),
    )
    for field, wanted, limit in caps:
        if wanted > limit:
            yield field, f"expected at most {limit}, which is what your organisation may have{_before_grant(allowance)}"
    if values.get("monthly_limit_cents", 0) > allowance.monthly_limit_cents:
        most = format_cents(allowance.monthly_limit_cents)
        yield (
            "monthly_limit",
            f"expected at most {most}, which is what your organisation may have{_before_grant(allowance)}",
        )


def _before_grant(allowance: Allowance) -> str:
    return "" if allowance.granted else " before it is granted messaging"

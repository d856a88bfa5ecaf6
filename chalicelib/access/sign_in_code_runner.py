"""Send sign-in codes for Cognito, which encrypts each code; runs without database access.

A code is valid for minutes and a duplicate SMS is harmless, so the next gateway is tried at once, also when the
first one's outcome is unknown. Neither code nor number is ever logged.

Anybody can request a code for any number, and each costs money: up to a hundred times as much in some countries,
which invites toll fraud. So codes go only to numbers that the product serves, with hourly limits per number and in
total. If the counter is unavailable, no code is sent.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sms-sender.html
"""

import logging
from collections.abc import Mapping
from typing import Any

from chalicelib import metrics, phones
from chalicelib.access.sign_in_code_rules import rate_limits, render_code
from chalicelib.errors import Invalid, Unavailable
from chalicelib.ids import new_id
from chalicelib.runtime.ports import SENT, UNKNOWN, OutgoingText, SendOutcome
from chalicelib.runtime.resources import OutboundResources

GATEWAYS = ("africastalking", "sns")  # the first costs a fiftieth of the second
# Not the password triggers (ForgotPassword, AdminCreateUser): there are no passwords. Nor changing the number while
# signed in (UpdateUserAttribute, VerifyUserAttribute): a user with a new number signs up with it.
TRIGGER_SOURCES = {f"CustomSMSSender_{name}" for name in ("SignUp", "ResendCode", "Authentication")}

log = logging.getLogger("plotihub.messaging")


def send_code(outbound: OutboundResources, event: Mapping[str, Any]) -> bool:
    """Send the code of one Cognito event; return whether a gateway accepted it, or may have.

    Raises:
        Unavailable: no gateway did, or KMS or the rate counter is unavailable; Lambda calls again.
        ValueError: the code was not encrypted for this service, or is malformed.
    """
    source = event["triggerSource"]
    if source not in TRIGGER_SOURCES or outbound.codes is None:
        log.warning("code.send.unsupported_trigger: Cognito trigger not handled", extra={"source": source})
        return False
    to = event["request"]["userAttributes"]["phone_number"]
    if not _is_served(to):
        log.warning(
            "code.send.unsupported_number: sign-in code requested for an unsupported number", extra={"source": source}
        )
        return False
    now = outbound.clock.now()
    if not all(outbound.claims.count(key, most, now) for key, most in rate_limits(to, now)):
        metrics.count({metrics.CODES_HELD_BACK: 1})
        log.warning("code.send.rate_limited: sign-in code requested too often", extra={"source": source})
        return False
    text = render_code(outbound.codes.open(event["request"]["code"]))
    outcome = _send_by_first_gateway(outbound, OutgoingText(f"code:{new_id()}", to, text))
    facts = {"source": source, "outcome": outcome.outcome, "reason": outcome.reason}
    if outcome.outcome in (SENT, UNKNOWN):
        metrics.count({metrics.CODES_SENT: 1})
        log.info("code.send.sent: sign-in code sent", extra=facts)
        return True
    metrics.count({metrics.CODES_NOT_SENT: 1})
    log.error("code.send.failed: sign-in code not sent", extra=facts)
    if not outcome.permanent:
        raise Unavailable("No gateway accepted the code.")
    return False


def _is_served(number: str) -> bool:
    try:
        return phones.parse_phone(number) == number
    except Invalid:
        return False


def _send_by_first_gateway(outbound: OutboundResources, text: OutgoingText) -> SendOutcome:
    """Try the gateways until one accepts the text or refuses the number permanently; return the best outcome."""
    uncertain = None
    outcome = SendOutcome("not_sent", reason="no_gateway")
    for name in GATEWAYS:
        gateway = outbound.gateways.get(name)
        if gateway is None:
            continue
        (outcome,) = gateway.send([text])
        if outcome.outcome == SENT or outcome.permanent:
            return outcome
        uncertain = outcome if outcome.outcome == UNKNOWN else uncertain
        log.warning(
            "code.send.gateway_refused: gateway did not accept a sign-in code",
            extra={"gateway": name, "reason": outcome.reason},
        )
    return uncertain or outcome

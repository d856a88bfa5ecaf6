"""USSD webhook of Africa's Talking: takes a form, returns plain text beginning with CON or END.

Documented at developers.africastalking.com/docs/ussd/overview. The answer is expected within seconds, so nothing
is queued, and no vendor is called.
"""

import logging

from chalice.app import Response

from chalicelib import phones
from chalicelib.errors import Invalid, Unavailable
from chalicelib.identity.roles import PUBLIC
from chalicelib.self_service import service
from chalicelib.self_service.service import UssdRequest
from chalicelib.self_service.texts import TRY_LATER, UNKNOWN_NUMBER
from chalicelib.web.callbacks import FORM, parse_vendor_form
from chalicelib.web.routing import ApiBlueprint, RequestContext

TEXT = "text/plain"

log = logging.getLogger("plotihub.commands")
commands = ApiBlueprint(__name__, tag="callbacks")


@commands.post(
    "/callbacks/africastalking/{token}/ussd",
    may=PUBLIC,
    request_types=(FORM,),
    response_types=(TEXT,),
    status=200,
    idempotent=False,
)
def answer_ussd(request: RequestContext, token: str) -> Response:
    """Answer a USSD session.

    Africa's Talking posts each step of a USSD session here and shows the plain text of the answer, which begins
    with CON or END. The token in the path is the only credential. An unavailable database is answered with a
    closing screen, not with a problem.
    """
    form = parse_vendor_form(request, token, required=("sessionId", "phoneNumber"), also=("text",))
    try:
        dialled = UssdRequest(form["sessionId"], phones.parse_phone(form["phoneNumber"]), form.get("text", ""))
    except Invalid:
        return _screen(f"END {UNKNOWN_NUMBER}")  # foreign number: no tenant's
    return _screen(_answer(request, dialled))


def _answer(request: RequestContext, dialled: UssdRequest) -> str:
    """Return the screen. It is read from the nearest database; only what was chosen to be written asks the writer."""
    now, parts = request.resources.clock.now(), request.resources
    try:
        with parts.reading() as db:
            screen = service.render_screen(db, dialled, now=now)
        return screen or parts.transact(lambda db: service.apply_choice(db, dialled, now=now, keys=parts.keys))
    except Unavailable as error:
        # The phone would show a problem document as a network error.
        log.warning(
            "ussd.unavailable: database not available for a USSD session",
            extra={"request_id": request.request_id, "why": error.detail},
        )
        return f"END {TRY_LATER}"


def _screen(text: str) -> Response:
    return Response(text, {"Content-Type": f"{TEXT}; charset=utf-8", "Cache-Control": "no-store"}, 200)

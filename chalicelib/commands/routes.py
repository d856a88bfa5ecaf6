"""The USSD menu as Africa's Talking asks for it: a form in, plain text that begins with CON or END out.

developers.africastalking.com/docs/ussd/overview tells the form; the answer is wanted within seconds, so
nothing is queued, and no vendor is called on the way.
"""

import logging

from chalice.app import Response

from chalicelib import phones
from chalicelib.commands import service
from chalicelib.commands.service import Dialled
from chalicelib.commands.texts import BUSY, NOBODY
from chalicelib.errors import Invalid, Unavailable
from chalicelib.identity.roles import PUBLIC
from chalicelib.web.callbacks import FORM, form_of
from chalicelib.web.routing import ApiBlueprint, Call

TEXT = "text/plain"

log = logging.getLogger("plotihub.commands")
commands = ApiBlueprint(__name__, tag="callbacks")


@commands.post(
    "/callbacks/africastalking/{token}/ussd", may=PUBLIC, reads=(FORM,), tells=(TEXT,), status=200, idempotent=False
)
def answer_ussd(call: Call, token: str) -> Response:
    """Answer what a phone dialled with the next screen."""
    form = form_of(call, token, required=("sessionId", "phoneNumber"), also=("text",))
    try:
        dialled = Dialled(form["sessionId"], phones.to_e164(form["phoneNumber"]), form.get("text", ""))
    except Invalid:
        return _screen(f"END {NOBODY}")  # of another country: no tenant's
    return _screen(_answer(call, dialled))


def _answer(call: Call, dialled: Dialled) -> str:
    """Return the screen. It is read from the nearest database; only what was chosen to be written asks the writer."""
    now, parts = call.parts.clock.now(), call.parts
    try:
        with parts.reading() as db:
            screen = service.show(db, dialled, now=now)
        return screen or parts.transact(lambda db: service.act(db, dialled, now=now, keys=parts.keys))
    except Unavailable as error:
        # The phone would show what a problem document is to it: an error of the network.
        log.warning("a USSD session met no database", extra={"request_id": call.request_id, "why": error.detail})
        return f"END {BUSY}"


def _screen(text: str) -> Response:
    return Response(text, {"Content-Type": f"{TEXT}; charset=utf-8", "Cache-Control": "no-store"}, 200)

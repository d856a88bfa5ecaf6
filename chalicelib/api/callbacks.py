"""Webhooks of Africa's Talking: delivery reports, incoming SMS, opt-outs, and USSD."""

import logging

from chalice.app import Response

from chalicelib import phones, self_service
from chalicelib.access.roles import PUBLIC
from chalicelib.delivery.queue_payloads import VendorCallback, serialize_callback
from chalicelib.errors import Invalid, Unavailable
from chalicelib.self_service import UssdRequest
from chalicelib.translations.phone_replies import TRY_LATER, UNKNOWN_NUMBER
from chalicelib.web.callbacks import FORM, parse_vendor_form
from chalicelib.web.routing import ApiBlueprint, RequestContext

GATEWAY = "africastalking"
PATH = "/callbacks/africastalking/{token}"
TEXT = "text/plain"
log = logging.getLogger("plotihub.commands")
routes = ApiBlueprint(__name__, tag="callbacks")


@routes.post(
    f"{PATH}/delivery", may=PUBLIC, request_types=(FORM,), response_types=("text/plain",), status=200, idempotent=False
)
def take_delivery_report(request: RequestContext, token: str) -> Response:
    """Receive a delivery report.

    Africa's Talking reports here what became of an SMS. The token in the path is the only credential (404
    otherwise); the form is put on a queue, and a repeat has no further effect.
    """
    form = parse_vendor_form(
        request, token, required=("id", "status"), also=("phoneNumber", "failureReason", "networkCode")
    )
    return _enqueue(request, "report", form)


@routes.post(
    f"{PATH}/incoming", may=PUBLIC, request_types=(FORM,), response_types=("text/plain",), status=200, idempotent=False
)
def take_incoming_message(request: RequestContext, token: str) -> Response:
    """Receive an SMS.

    Africa's Talking posts an SMS of a tenant here; it is queued and answered from there, each once. The token in
    the path is the only credential.
    """
    form = parse_vendor_form(request, token, required=("id", "from"), also=("text", "to", "date", "linkId"))
    return _enqueue(request, "incoming", form)


@routes.post(
    f"{PATH}/opt-out", may=PUBLIC, request_types=(FORM,), response_types=("text/plain",), status=200, idempotent=False
)
def take_vendor_opt_out(request: RequestContext, token: str) -> Response:
    """Receive an opt-out.

    Africa's Talking reports here that a number wants no more messages; it counts as if its owner had sent STOP. The
    token in the path is the only credential.
    """
    return _enqueue(
        request, "opt_out", parse_vendor_form(request, token, required=("phoneNumber",), also=("senderId",))
    )


@routes.post(
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


def _enqueue(request: RequestContext, kind: str, form: dict[str, str]) -> Response:
    """Leave the form for whoever works off the results.

    Raises:
        Unavailable: the queue has not got it.
    """
    if request.resources.queues is None:
        raise Unavailable("No results queue is configured.")
    body = serialize_callback(VendorCallback(kind, GATEWAY, form, request.resources.clock.now()))
    if not all(request.resources.queues.send("results", [body])):
        raise Unavailable("The results queue did not accept the message.")
    return Response("", {"Content-Type": "text/plain; charset=utf-8"}, 200)


def _answer(request: RequestContext, dialled: UssdRequest) -> str:
    """Return the screen. It is read from the nearest database; only what was chosen to be written asks the writer."""
    now, parts = request.resources.clock.now(), request.resources
    try:
        with parts.reading() as db:
            screen = self_service.render_screen(db, dialled, now=now)
        return screen or parts.transact(lambda db: self_service.apply_choice(db, dialled, now=now, keys=parts.keys))
    except Unavailable as error:
        # The phone would show a problem document as a network error.
        log.warning(
            "ussd.unavailable: database not available for a USSD session",
            extra={"request_id": request.request_id, "why": error.detail},
        )
        return f"END {TRY_LATER}"


def _screen(text: str) -> Response:
    return Response(text, {"Content-Type": f"{TEXT}; charset=utf-8", "Cache-Control": "no-store"}, 200)

"""Webhooks of Africa's Talking: delivery reports, incoming SMS and opt-outs, all put on the results queue.

The forms are documented at developers.africastalking.com/docs/sms/notifications. A webhook is answered once the
queue has accepted it: if the queue is unavailable it fails, and the vendor retries.
"""

from chalice.app import Response

from chalicelib.delivery.queue_payloads import VendorCallback, serialize_callback
from chalicelib.errors import Unavailable
from chalicelib.identity.roles import PUBLIC
from chalicelib.web.callbacks import FORM, parse_vendor_form
from chalicelib.web.routing import ApiBlueprint, RequestContext

GATEWAY = "africastalking"
PATH = "/callbacks/africastalking/{token}"

messaging_callbacks = ApiBlueprint(__name__, tag="callbacks")


@messaging_callbacks.post(
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


@messaging_callbacks.post(
    f"{PATH}/incoming", may=PUBLIC, request_types=(FORM,), response_types=("text/plain",), status=200, idempotent=False
)
def take_incoming_message(request: RequestContext, token: str) -> Response:
    """Receive an SMS.

    Africa's Talking posts an SMS of a tenant here; it is queued and answered from there, each once. The token in
    the path is the only credential.
    """
    form = parse_vendor_form(request, token, required=("id", "from"), also=("text", "to", "date", "linkId"))
    return _enqueue(request, "incoming", form)


@messaging_callbacks.post(
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

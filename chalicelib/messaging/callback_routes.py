"""What Africa's Talking posts: delivery reports, incoming SMS and opt-outs. All go to the queue of results.

developers.africastalking.com/docs/sms/notifications tells the forms. They are answered once the queue has
them: while it does not answer, neither do we, and the vendor tries again.
"""

from chalice.app import Response

from chalicelib.errors import Unavailable
from chalicelib.identity.roles import PUBLIC
from chalicelib.messaging.bodies import Posted, write_posted
from chalicelib.web.callbacks import FORM, form_of
from chalicelib.web.routing import ApiBlueprint, Call

GATEWAY = "africastalking"
PATH = "/callbacks/africastalking/{token}"

messaging_callbacks = ApiBlueprint(__name__, tag="callbacks")


@messaging_callbacks.post(
    f"{PATH}/delivery", may=PUBLIC, reads=(FORM,), tells=("text/plain",), status=200, idempotent=False
)
def take_delivery_report(call: Call, token: str) -> Response:
    """Take a delivery report."""
    form = form_of(call, token, required=("id", "status"), also=("phoneNumber", "failureReason", "networkCode"))
    return _leave(call, "report", form)


@messaging_callbacks.post(
    f"{PATH}/incoming", may=PUBLIC, reads=(FORM,), tells=("text/plain",), status=200, idempotent=False
)
def take_incoming_message(call: Call, token: str) -> Response:
    """Take an SMS that a phone sent us."""
    form = form_of(call, token, required=("id", "from"), also=("text", "to", "date", "linkId"))
    return _leave(call, "incoming", form)


@messaging_callbacks.post(
    f"{PATH}/opt-out", may=PUBLIC, reads=(FORM,), tells=("text/plain",), status=200, idempotent=False
)
def take_vendor_opt_out(call: Call, token: str) -> Response:
    """Take that a number wants no more messages."""
    return _leave(call, "opt_out", form_of(call, token, required=("phoneNumber",), also=("senderId",)))


def _leave(call: Call, kind: str, form: dict[str, str]) -> Response:
    """Leave the form for whoever works off the results.

    Raises:
        Unavailable: the queue has not got it.
    """
    if call.parts.queues is None:
        raise Unavailable("There is no queue of results.")
    body = write_posted(Posted(kind, GATEWAY, form, call.parts.clock.now()))
    if not all(call.parts.queues.send("results", [body])):
        raise Unavailable("The queue of results did not take it.")
    return Response("", {"Content-Type": "text/plain; charset=utf-8"}, 200)

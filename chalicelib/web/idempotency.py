"""``Idempotency-Key``: the same request sent twice is done once and answered alike.

The key is stored in the request's own transaction: a failed or killed request leaves no key behind.
Same key and body → the stored response; another body → 422; still in progress → 409
(draft-ietf-httpapi-idempotency-key-header). A key belongs to the member who sent it, so that nobody
can use up another's. A response may contain personal data, so it is kept for two days only
(``purge_old_answers``), and cleared as soon as a tenant is erased (``clear_answers``).
"""

import datetime as dt
import hashlib
import re
from typing import NamedTuple
from uuid import UUID

from chalice.app import Response
from sqlalchemy import Connection

from chalicelib.errors import AnswerErased, InProgress, Invalid
from chalicelib.runtime.context import Context
from chalicelib.web import idempotency_repository

RETENTION = dt.timedelta(hours=48)
PURGE_BATCH_SIZE = 500  # rows in one transaction, so that no request waits long for it
MAX_CHARACTERS = 255
KEY_PATTERN = re.compile("^[!-~]+$")  # printable ASCII without spaces, which HTTP would trim
HEADER = "Idempotency-Key"


class IdempotencyKey(NamedTuple):
    scope_id: UUID  # the member; for a caller who is not one, derived from their phone number
    organisation_id: UUID | None  # that the response belongs to
    text: str
    request_hash: str


def make_key(text: str, scope_id: UUID, organisation_id: UUID | None, *request: bytes) -> IdempotencyKey:
    """Return the key of the header ``text`` for ``request`` (method, path, caller, body).

    Raises:
        Invalid: the key is empty, too long or not printable ASCII.
    """
    if len(text) > MAX_CHARACTERS or not KEY_PATTERN.fullmatch(text):
        raise Invalid([(HEADER, f"expected 1 to {MAX_CHARACTERS} printable ASCII characters, no spaces")])
    digest = hashlib.sha256(b"\0".join(request)).hexdigest()
    return IdempotencyKey(scope_id, organisation_id, text, digest)


def reserve_key(db: Connection, key: IdempotencyKey, at: dt.datetime) -> Response | None:
    """Return the stored response of an earlier request, or claim the key and return None.

    Raises:
        InProgress: another request with the key has not ended.
        Invalid: the key was used for another request.
        AnswerErased: the request was done, and its response has been erased.
    """
    try:
        kept = idempotency_repository.find_answer(db, key.scope_id, key.text)
        if kept is None:
            idempotency_repository.claim_key(db, key.scope_id, key.text, key.request_hash, key.organisation_id, at)
            return None
    except idempotency_repository.KeyInUse as error:
        raise InProgress("A request with this Idempotency-Key is still in progress.") from error
    if kept.request_hash != key.request_hash:
        raise Invalid([(HEADER, "this key was used for another request; use a new one")])
    if kept.status_code == idempotency_repository.NO_ANSWER_YET:
        raise AnswerErased(
            "The request was done, but its response was erased with a tenant's data; check before you repeat it."
        )
    return Response(kept.body, {**kept.headers, "Idempotency-Replayed": "true"}, kept.status_code)


def store_answer(db: Connection, key: IdempotencyKey, answer: Response) -> None:
    """Store ``answer`` for a repeat of the request."""
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    idempotency_repository.store_answer(
        db, key.scope_id, key.text, status_code=answer.status_code, headers=headers, body=answer.body
    )


def clear_answers(ctx: Context) -> None:
    """Clear every stored response of the organisation: it is not recorded which of them names which person.

    The keys stay, so a repeat is still not done twice.
    """
    idempotency_repository.clear_answers(ctx)


def purge_old_answers(db: Connection, at: dt.datetime, *, at_once: int = PURGE_BATCH_SIZE) -> int:
    """Purge a batch of responses older than ``RETENTION`` at ``at``; return how many, 0 when none is left."""
    return idempotency_repository.purge_answers(db, at - RETENTION, at_once)

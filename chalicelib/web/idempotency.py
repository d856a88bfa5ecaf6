"""``Idempotency-Key``: the same request sent twice is done once and answered alike.

The key lives in the request's own transaction: what fails leaves no key, what is killed leaves
no half. Same key and body → the kept answer; another body → 422; still in progress → 409
(draft-ietf-httpapi-idempotency-key-header). A key belongs to the member who sent it, so that nobody
occupies another's. An answer may tell of people, so it is kept for two days and no longer
(``sweep_old``), and blanked as soon as a tenant is erased (``clear_answers``).
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
PURGE_BATCH_SIZE = 500  # rows a transaction: no request waits long for one
MAX_CHARACTERS = 255
KEY_PATTERN = re.compile("^[!-~]+$")  # printable ASCII without spaces, which HTTP would trim
HEADER = "Idempotency-Key"


class IdempotencyKey(NamedTuple):
    scope_id: UUID  # the member; the person where they are none
    organisation_id: UUID | None  # whose answer it is
    text: str
    request_hash: str


def make_key(text: str, scope_id: UUID, organisation_id: UUID | None, *request: bytes) -> IdempotencyKey:
    """Return the key that the header ``text`` names for ``request`` (method, path, person, body) of the asker.

    Raises:
        Invalid: the key is empty, too long or not of printable ASCII.
    """
    if len(text) > MAX_CHARACTERS or not KEY_PATTERN.fullmatch(text):
        raise Invalid([(HEADER, f"expected 1 to {MAX_CHARACTERS} printable ASCII characters, no spaces")])
    digest = hashlib.sha256(b"\0".join(request)).hexdigest()
    return IdempotencyKey(scope_id, organisation_id, text, digest)


def reserve_key(db: Connection, key: IdempotencyKey, at: dt.datetime) -> Response | None:
    """Return the answer that was given before, or take the key and return None.

    Raises:
        InProgress: another request with the key has not ended.
        Invalid: the key was used for another request.
        AnswerErased: the request was done, and what was answered is erased.
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
    """Keep ``answer`` for whoever asks again."""
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    idempotency_repository.store_answer(
        db, key.scope_id, key.text, status_code=answer.status_code, headers=headers, body=answer.body
    )


def clear_answers(ctx: Context) -> None:
    """Blank every answer that is kept for the organisation: which of them tell of whom, nobody wrote down.

    Their keys stay, so what was asked under one is still not done again.
    """
    idempotency_repository.clear_answers(ctx)


def purge_old_answers(db: Connection, at: dt.datetime, *, at_once: int = PURGE_BATCH_SIZE) -> int:
    """Purge some of the answers older than ``RETENTION`` at ``at``; return how many, 0 when none is left."""
    return idempotency_repository.purge_answers(db, at - RETENTION, at_once)

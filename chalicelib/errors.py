"""The tree of errors that a use case may raise.

    DomainError
    ├── BadRequest            the request itself cannot be read
    ├── Unauthenticated       no valid token
    │   └── FreshSignInNeeded a valid one, of a sign-in that is too long ago for this
    ├── Forbidden             the member's role does not allow it
    │   └── GrantNeeded       the organisation was not granted it yet
    ├── NotFound              not there, or another organisation's
    ├── Conflict              not in a state that allows this
    │   ├── InProgress        the same idempotency key is being worked on
    │   └── AnswerErased      the same idempotency key was worked on, and its answer is erased
    ├── PreconditionFailed    If-Match names an older version
    ├── PreconditionRequired  If-Match is missing
    ├── TooLarge              the body is over the limit
    ├── UnsupportedMediaType  the body is of a kind that the route does not read
    ├── Invalid               a value is wrong; names each field and why
    ├── TooManyRequests       as often as is allowed for now; try again later
    └── Unavailable           a required service does not answer; try again later

``chalicelib.web.problem`` maps each to its HTTP status, once.
"""

from collections.abc import Iterable
from typing import Any


class DomainError(Exception):
    """An error for the caller: ``detail`` in plain words, ``facts`` as named values of JSON types."""

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class BadRequest(DomainError):
    """The request cannot be read."""


class Unauthenticated(DomainError):
    """Nobody is signed in."""


class FreshSignInNeeded(Unauthenticated):
    """This requires a recent sign-in; ``max_age_s`` is its maximum age."""

    def __init__(self, detail: str, *, max_age_s: int) -> None:
        super().__init__(detail, max_age=max_age_s)
        self.max_age_s = max_age_s


class Forbidden(DomainError):
    """The member's role does not allow this."""


class GrantNeeded(Forbidden):
    """The organisation was not granted this; ``grant`` names the required grant."""

    def __init__(self, detail: str, *, grant: str) -> None:
        how = "Ask the operator of this service for the grant, and give your organisation's id."
        super().__init__(f"{detail} {how}", grant=grant)


class NotFound(DomainError):
    """There is no such thing in this organisation."""


class Conflict(DomainError):
    """The thing is not in a state that allows this."""


class InProgress(Conflict):
    """Another request with the same idempotency key has not finished."""


class AnswerErased(Conflict):
    """The request was done before, and its response has been erased."""


class PreconditionFailed(DomainError):
    """The thing has changed since the caller read it."""


class PreconditionRequired(DomainError):
    """An update must name the version that it changes."""


class TooLarge(DomainError):
    """The body is too large."""


class UnsupportedMediaType(DomainError):
    """The content type of the body is not supported."""


class Invalid(DomainError):
    """A value is wrong. ``errors`` lists each field (dotted path) and why."""

    def __init__(self, errors: Iterable[tuple[str, str]], detail: str = "Some values are not valid.") -> None:
        listed = [{"field": field, "why": why} for field, why in errors]
        super().__init__(detail, errors=listed)


class TooManyRequests(DomainError):
    """The rate limit is reached; it may be done again after ``retry_after_s``."""

    def __init__(self, detail: str, *, retry_after_s: int, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    """A required service does not answer; try again after ``retry_after_s``."""

    def __init__(self, detail: str, *, retry_after_s: int = 20, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.retry_after_s = retry_after_s


STALE_VERSION = "It has changed since you read it; read it again and repeat your change."  # of PreconditionFailed

"""Verifying Cognito ID tokens of several issuers.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import json
import logging
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any, NamedTuple

import jwt

from chalicelib.config import TokenIssuer
from chalicelib.errors import Unavailable
from chalicelib.runtime.ports import PASSWORDLESS, KeyCopies

FETCH_TIMEOUT_S = 2
KEYS_MAX_AGE_S = 3600
REFETCH_AFTER_S = 60  # an unknown key id triggers a fetch, at most this often
LEEWAY_S = 30
REFETCH_EMPTY_AFTER_S = 5  # while we have no keys at all: nobody can sign in, and each attempt waits for the fetch
E164 = re.compile("[+][1-9][0-9]{6,14}", re.ASCII)

# Errors of fetching and parsing a key set.
FETCH_ERRORS = (OSError, HTTPException, ValueError, KeyError, TypeError, jwt.PyJWTError)

log = logging.getLogger("plotihub.identity")


class InvalidToken(Exception):
    """The token does not identify the caller; the message says why, without the token."""


class KeysUnavailable(InvalidToken):
    """No key of the issuer is known, so the token cannot be verified: the fault is the issuer's or ours."""


class SignIn(NamedTuple):
    """Who signed in, and when: seconds since 1970, None if the token does not contain it.

    A refreshed token contains the time of the last sign-in, not that of its refresh.
    """

    phone: str
    auth_time: int | None


KeyCopiesFactory = Callable[[], KeyCopies | None]


def no_copies() -> None:
    """Return None: there is no store of key copies."""


class KeySet:
    """An issuer's public keys, fetched when first needed and cached for ``KEYS_MAX_AGE_S``.

    While the issuer does not respond, the last known keys are used: those of this process, and the stored copy.
    """

    def __init__(self, url: str, *, timeout_s: float = FETCH_TIMEOUT_S, copies: KeyCopiesFactory = no_copies) -> None:
        self._url = url
        self._timeout_s = timeout_s
        self._copies = copies
        self._keys: dict[str, Any] = {}
        self._fetched_at = self._tried_at = -1e9
        self._lock = threading.Lock()

    @property
    def is_empty(self) -> bool:
        return not self._keys

    def find(self, key_id: str, *, now: float | None = None) -> Any:
        """Return the key, or None if the issuer has no such key (or cannot be reached now).

        ``now`` is in seconds of the monotonic clock, which is the default.
        """
        now = time.monotonic() if now is None else now
        with self._lock:
            stale = now - self._fetched_at > KEYS_MAX_AGE_S
            pause_s = REFETCH_AFTER_S if self._keys else REFETCH_EMPTY_AFTER_S
            if (stale or key_id not in self._keys) and now - self._tried_at > pause_s:
                self._tried_at = now
                self._fetch(now)
            return self._keys.get(key_id)

    def _fetch(self, now: float) -> None:
        try:
            self._keys = _parse_keys(_fetch_text(self._url, self._timeout_s))
            self._fetched_at = now
        except FETCH_ERRORS:
            self._load_copy()
            log.warning(
                "auth.keys.fetch_failed: the key set of an issuer could not be fetched",
                extra={"kept_keys": len(self._keys)},
            )

    def _load_copy(self) -> None:
        """Add the keys of the stored copy to those that are known."""
        try:
            copies = self._copies()
            kept = copies.find(key_copy_name(self._url)) if copies is not None else None
            self._keys = (_parse_keys(kept) if kept is not None else {}) | self._keys
        except (Unavailable, *FETCH_ERRORS):
            log.warning("auth.keys.copy_unreadable: the stored copy of an issuer's key set could not be read")


def store_key_copies(issuers: Sequence[TokenIssuer], copies: KeyCopies) -> int:
    """Store the key set of each issuer that responds, and return how many had changed.

    Raises:
        Unavailable: the store does not answer.
    """
    changed = 0
    for issuer in issuers:
        name = key_copy_name(issuer.jwks_url)
        try:
            text = _fetch_text(issuer.jwks_url, FETCH_TIMEOUT_S)
            _parse_keys(text)  # an invalid key set is not stored
        except FETCH_ERRORS:
            log.warning(
                "auth.keys.fetch_failed: the key set of an issuer could not be fetched", extra={"issuer": issuer.issuer}
            )
            continue
        if copies.find(name) != text:
            copies.keep(name, text)
            changed += 1
    return changed


def key_copy_name(url: str) -> str:
    """Return the name of an issuer's stored key set, in characters that a parameter's name may have."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", url.partition("://")[2])


def _fetch_text(url: str, timeout_s: float) -> str:
    with urllib.request.urlopen(url, timeout=timeout_s) as answer:  # noqa: S310 - from settings
        return str(answer.read().decode())


def _parse_keys(text: str) -> dict[str, Any]:
    found = {entry["kid"]: jwt.PyJWK(entry).key for entry in json.loads(text)["keys"]}
    if not found:
        raise ValueError("a key set without a key")
    return found


_key_sets: dict[str, KeySet] = {}


def verify_sign_in(header: str, issuers: Sequence[TokenIssuer], copies: KeyCopiesFactory = no_copies) -> SignIn:
    """Return the verified phone number of ``Bearer <ID token>``, in E.164, and the time of the sign-in.

    Raises:
        InvalidToken: it is not an ID token of one of ``issuers``, has expired, its number is not verified, or it may
            have been obtained with a password (docs/decisions/0012-nobody-knows-a-password.md).
        KeysUnavailable: no key of its issuer is known, since the issuer never responded.
    """
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken("no bearer token")
    try:
        unverified = jwt.decode(token, options={"verify_signature": False})
        issuer = next((each for each in issuers if each.issuer == unverified.get("iss")), None)
        if issuer is None:
            raise InvalidToken("unknown issuer")
        keys = _key_sets.setdefault(issuer.jwks_url, KeySet(issuer.jwks_url, copies=copies))
        key = keys.find(jwt.get_unverified_header(token)["kid"])
        if key is None:
            raise KeysUnavailable("unknown key, as any is") if keys.is_empty else InvalidToken("unknown key")
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=issuer.audience,
            issuer=issuer.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "aud", "iss"]},
        )
    except (jwt.PyJWTError, KeyError, TypeError, RecursionError) as error:  # the last: deeply nested claims
        raise InvalidToken(type(error).__name__) from error
    return SignIn(_parse_phone(claims), _parse_auth_time(claims))


def _parse_phone(claims: dict[str, Any]) -> str:
    if claims.get("token_use") != "id":
        raise InvalidToken("not an ID token")
    if str(claims.get("phone_number_verified")).lower() != "true":
        raise InvalidToken("phone number not verified")
    groups = claims.get("cognito:groups")
    if not isinstance(groups, list) or PASSWORDLESS not in groups:
        raise InvalidToken("somebody may know a password")
    phone = claims.get("phone_number")
    if not isinstance(phone, str) or not E164.fullmatch(phone):
        raise InvalidToken("no phone number")
    return phone


def _parse_auth_time(claims: dict[str, Any]) -> int | None:
    at = claims.get("auth_time")
    return at if type(at) is int and at > 0 else None  # True is an int, too

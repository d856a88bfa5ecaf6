"""Callbacks that vendors post: unsigned forms, at a path that contains a secret token.

The function has only the hashes of the tokens. A token never appears in a log or in a response.
"""

import codecs
import hashlib
import hmac
from collections.abc import Iterable
from email.message import Message
from urllib.parse import parse_qsl

from chalicelib import config
from chalicelib.errors import BadRequest, NotFound, TooLarge, UnsupportedMediaType
from chalicelib.values import clean_text
from chalicelib.web.request_context import RequestContext

FORM = "application/x-www-form-urlencoded"
MAX_BYTES = 64_000
MAX_FORM_FIELDS = 50
CHARSETS = {"utf-8", "ascii", "iso8859-1", "cp1252"}  # as Python names them
MAX_CHARACTERS = 2_000  # of a field: an SMS of 10 parts has 1,530


def parse_vendor_form(
    request: RequestContext, token: str, *, required: Iterable[str], also: Iterable[str] = ()
) -> dict[str, str]:
    """Return the fields of a vendor's form that are ``required``, and those of ``also`` that it has.

    Their values go through ``clean_text``, which drops invalid characters: nobody would read an error.

    Raises:
        NotFound: ``token`` is unknown; the error is the same as for an unknown path.
        UnsupportedMediaType, TooLarge, BadRequest: the body is not such a form, or lacks a required field.
    """
    check_token(token)
    given = _parse_fields(request)
    missing = [name for name in required if not given.get(name, "").strip()]
    if missing:
        raise BadRequest(f"The form lacks {', '.join(missing)}.")
    return {name: clean_text(given[name][:MAX_CHARACTERS], lines=True) for name in (*required, *also) if name in given}


def check_token(token: str) -> None:
    """Check a callback's token, in constant time.

    Raises:
        NotFound: the token is unknown.
    """
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    found = [hmac.compare_digest(digest, known) for known in config.settings().callback_token_hashes]
    if not any(found):
        raise NotFound("There is no such path.")


def _parse_fields(request: RequestContext) -> dict[str, str]:
    header = Message()
    header["Content-Type"] = request.http_request.headers.get("content-type", "")
    if header.get_content_type() != FORM:
        raise UnsupportedMediaType(f"Expected a body of type {FORM}.")
    if len(request.raw_body) > MAX_BYTES:
        raise TooLarge(f"A form may have at most {MAX_BYTES} bytes.", limit_bytes=MAX_BYTES)
    try:
        charset = codecs.lookup(str(header.get_param("charset", "utf-8"))).name
    except (LookupError, ValueError):
        charset = ""
    if charset not in CHARSETS:
        raise UnsupportedMediaType("The form's character set is not supported.")
    try:
        pairs = parse_qsl(
            request.raw_body.decode("latin-1"),  # what is not escaped is ASCII
            keep_blank_values=True,
            encoding=charset,
            errors="replace",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError as error:
        raise BadRequest(f"A form may have at most {MAX_FORM_FIELDS} fields.") from error
    return dict(pairs)

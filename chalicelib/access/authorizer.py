"""The authorizer: a Lambda function that identifies the caller by the ID token of either Region's pool.

It returns the verified phone number and the time of the sign-in, and nothing else, for all routes;
what that person may do is read in each request's own transaction. API Gateway caches the result,
so it must not contain what can be revoked, nor whether the sign-in is fresh, which changes.
"""

import logging

from chalice.app import AuthRequest, AuthResponse, Blueprint

from chalicelib import config, metrics
from chalicelib.runtime.ports import KeyCopies
from chalicelib.runtime.resources import key_copies

authorizers = Blueprint(__name__)
log = logging.getLogger("plotihub.identity")


@authorizers.authorizer(name="verify_token")
def verify_token(request: AuthRequest) -> AuthResponse:
    from chalicelib.access import tokens

    try:
        sign_in = tokens.verify_sign_in(request.token, config.settings().token_issuers, _get_key_copies)
    except tokens.InvalidToken as error:
        log.info("auth.token.refused: the token was refused", extra={"why": str(error)})
        # Lambda counts the exception as an error of the function; the alarm subtracts these (module observability).
        if not isinstance(error, tokens.KeysUnavailable):
            metrics.count({metrics.TOKENS_REFUSED: 1})
        raise Exception("Unauthorized") from error
    context = {"phone": sign_in.phone}
    if sign_in.auth_time is not None:
        context["auth_time"] = str(sign_in.auth_time)
    return AuthResponse(routes=["*"], principal_id=sign_in.phone, context=context)


def _get_key_copies() -> KeyCopies | None:
    return key_copies()

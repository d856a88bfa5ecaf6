"""The authorizer: a Lambda of its own that says who signed in, by the ID token of either Region's pool.

It yields the verified phone number and nothing else, for all routes; what that person may do is
read in each request's own transaction. API Gateway keeps its answer for a while, so nothing that
can be withdrawn belongs here.
"""

import logging

from chalice.app import AuthRequest, AuthResponse, Blueprint

from chalicelib import config, metrics
from chalicelib.identity.ports import KeyCopies

authorizers = Blueprint(__name__)
log = logging.getLogger("plotihub.identity")


@authorizers.authorizer(name="verify_token")
def verify_token(request: AuthRequest) -> AuthResponse:
    from chalicelib.identity import tokens  # PyJWT is imported where tokens are verified, not by the API

    try:
        phone = tokens.verified_phone(request.token, config.settings().token_issuers, _copies)
    except tokens.NotVerified as error:
        log.info("token refused", extra={"why": str(error)})
        # Lambda counts the exception as an error of the function; the alarm takes these off (module observability).
        if not isinstance(error, tokens.NoKeys):
            metrics.count({metrics.TOKENS_REFUSED: 1})
        raise Exception("Unauthorized") from error
    return AuthResponse(routes=["*"], principal_id=phone, context={"phone": phone})


def _copies() -> KeyCopies | None:
    from chalicelib import wiring  # dear, and needed only while an issuer does not answer

    return wiring.key_copies()

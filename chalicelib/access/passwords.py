"""Taking away the password that somebody signed up with: outside, for Cognito, before anybody is let in.

Whoever knows a number can sign up with it and with a password of their own; the number's owner confirms it by a code
later, and the password would then be as good as theirs. Cognito cannot do without passwords, so each is replaced by one
that nobody knows. https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.runtime.ports import UserPool

PASSWORD_BYTES = 48
PASSWORD_SUFFIX = "aA1-"  # which the pool's rule wants, and chance may leave out

log = logging.getLogger("plotihub.identity")


def drop_password(pool: UserPool, event: Mapping[str, Any]) -> None:
    """Set a password that nobody knows for the user of the event, and admit them.

    The order matters. With the old password somebody may have signed in between the confirmation and now: what they
    have by then is ended after the password has changed, and is of no use before the user is admitted, which is last.

    Raises:
        Unavailable: not all of it was done. The user is not admitted; it may be done again at any time.
    """
    user, source = event["userName"], event["triggerSource"]
    try:
        pool.set_password(user, secrets.token_urlsafe(PASSWORD_BYTES) + PASSWORD_SUFFIX)
        pool.sign_out(user)
        pool.admit(user)
    except Unavailable:
        log.error(
            "auth.password.replace_failed: the password of a new user could not be replaced",
            extra={"user": user, "source": source},
        )
        raise
    log.info(
        "auth.password.replaced: the password of a new user was replaced by one that nobody knows",
        extra={"source": source},
    )

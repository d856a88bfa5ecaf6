"""Replace the password that somebody signed up with, before the user is admitted.

Anybody who knows a number can sign up with it and a password of their own; if the number's owner later confirms it by a
code, that password would open the owner's account. Cognito requires passwords, so each is replaced by a random one that
nobody knows. https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.runtime.ports import UserPool

PASSWORD_BYTES = 48
PASSWORD_SUFFIX = "aA1-"  # required by the pool's password policy, and possibly absent from a random text

log = logging.getLogger("plotihub.identity")


def drop_password(pool: UserPool, event: Mapping[str, Any]) -> None:
    """Set a password that nobody knows for the user of the event, and admit them.

    The order matters. Somebody may have signed in with the old password between the confirmation and now: their
    tokens are revoked after the password has changed, and are rejected until the user is admitted, which is last.

    Raises:
        Unavailable: a step failed. The user is not admitted; all steps can be repeated at any time.
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

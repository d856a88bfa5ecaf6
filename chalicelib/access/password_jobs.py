"""Lambda trigger that Cognito calls once a number has been confirmed by a code."""

from typing import Any

from chalicelib.access import passwords
from chalicelib.runtime.resources import user_pool
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

password_jobs = FunctionBlueprint()


@password_jobs.lambda_function(name="drop_password")
def drop_password(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Replace the user's password by one that nobody knows; return the event, as Cognito requires."""
    passwords.drop_password(user_pool(event["userPoolId"]), event)
    return event

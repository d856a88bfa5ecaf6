"""What Cognito calls once somebody has shown by a code that a number is theirs."""

from typing import Any

from chalicelib.access import passwords
from chalicelib.runtime.resources import user_pool
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

password_jobs = FunctionBlueprint()


@password_jobs.lambda_function(name="drop_password")
def drop_password(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Make sure that nobody knows the user's password, and give the event back, as Cognito wants it."""
    passwords.drop_password(user_pool(event["userPoolId"]), event)
    return event

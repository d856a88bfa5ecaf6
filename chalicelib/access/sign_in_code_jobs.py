"""Lambda trigger that Cognito calls to send a sign-in code."""

from typing import Any

from chalicelib.access import sign_in_code_runner
from chalicelib.runtime.resources import get_outbound
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

code_jobs = FunctionBlueprint()


@code_jobs.lambda_function(name="send_code")
def send_code(event: dict[str, Any], context: Any) -> dict[str, bool]:
    """Send one code. Cognito ignores the result; on an error Lambda calls again."""
    return {"sent": sign_in_code_runner.send_code(get_outbound(), event)}

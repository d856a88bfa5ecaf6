"""Lambda trigger that Cognito calls to send a sign-in code."""

from typing import Any

from chalicelib.messaging import code_service
from chalicelib.runtime.resources import get_outbound
from chalicelib.tasks.scheduling import FunctionBlueprint

code_jobs = FunctionBlueprint()


@code_jobs.lambda_function(name="send_code")
def send_code(event: dict[str, Any], context: Any) -> dict[str, bool]:
    """Send one code. Cognito ignores the result; on an error Lambda calls again."""
    return {"sent": code_service.send_code(get_outbound(), event)}

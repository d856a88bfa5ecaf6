"""What Cognito calls to have a sign-in code sent."""

from typing import Any

from chalicelib.messaging import code_service
from chalicelib.runtime.resources import get_outbound
from chalicelib.tasks.scheduling import FunctionBlueprint

code_jobs = FunctionBlueprint()


@code_jobs.lambda_function(name="send_code")
def send_code(event: dict[str, Any], context: Any) -> dict[str, bool]:
    """Send one code. Cognito waits for no answer; where this fails, Lambda calls it again."""
    return {"sent": code_service.send_code(get_outbound(), event)}

"""Public interface of self-service: SMS commands, USSD, and registering commands."""

from chalicelib.self_service.registry import CommandRequest, Reply, command
from chalicelib.self_service.session_service import purge_sessions
from chalicelib.self_service.sms_service import handle_sms
from chalicelib.self_service.ussd_service import UssdRequest, apply_choice, render_screen

__all__ = [
    "CommandRequest",
    "Reply",
    "UssdRequest",
    "apply_choice",
    "command",
    "handle_sms",
    "purge_sessions",
    "render_screen",
]

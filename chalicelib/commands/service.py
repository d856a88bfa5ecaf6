"""The door of commands: what is asked by phone, and how others add to it."""

from chalicelib.commands.registry import CommandRequest, Reply, command
from chalicelib.commands.session_service import purge_sessions
from chalicelib.commands.sms_service import handle_sms
from chalicelib.commands.ussd_service import UssdRequest, apply_choice, render_screen

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

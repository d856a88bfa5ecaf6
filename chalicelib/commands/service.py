"""The door of commands: what is asked by phone, and how others add to it."""

from chalicelib.commands.registry import Asking, Reply, command
from chalicelib.commands.session_service import purge as purge_sessions
from chalicelib.commands.sms_service import answer_sms
from chalicelib.commands.ussd_service import Dialled, act, show

__all__ = ["Asking", "Dialled", "Reply", "act", "answer_sms", "command", "purge_sessions", "show"]

"""Self-service by phone: SMS commands and USSD."""

from chalicelib.self_service import place_commands, sms_commands
from chalicelib.self_service.command_registry import COMMANDS, CommandRequest, Reply
from chalicelib.self_service.sessions import purge_sessions
from chalicelib.self_service.sms_handler import handle_sms
from chalicelib.self_service.ussd_handler import UssdRequest, apply_choice, render_screen

# In the order of the help text.
COMMANDS.include(place_commands.commands)
COMMANDS.include(sms_commands.commands)

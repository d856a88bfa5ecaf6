"""Public interface of messaging, for entry points and other packages."""

from chalicelib.messaging.grants import (
    get_sending_profile,
    grant_messaging,
    grant_sender_name,
    list_grants,
    revoke_grant,
)
from chalicelib.messaging.message_settings import change_settings, get_part_prices, get_settings
from chalicelib.messaging.messages import (
    FILTERS,
    cancel_message,
    count_messages_to,
    get_message,
    get_spend,
    list_attempts,
    list_incoming,
    list_messages,
    record_answers,
)
from chalicelib.messaging.opt_outs import (
    add_opt_out,
    find_suppressions,
    list_opt_outs,
    remove_opt_out,
    start_messages,
    stop_messages,
)
from chalicelib.messaging.outbox import cancel_messages, cancel_messages_to_number, queue_messages, redirect_messages
from chalicelib.messaging.rendering import RENDERERS, TextFinalizer
from chalicelib.messaging.retention import anonymise_messages_of_tenant, purge_texts
from chalicelib.messaging.rules import (
    MAX_PARTS,
    measure_sms,
    normalize_sms,
    passes_opt_out,
    price_cents,
)
from chalicelib.messaging.suppression_rules import MessageTarget, Suppressions
from chalicelib.messaging.templates import (
    Templates,
    get_template,
    list_templates,
    load_templates,
    preview_message,
    remove_template,
    write_template,
)

__all__ = [
    "FILTERS",
    "MAX_PARTS",
    "RENDERERS",
    "MessageTarget",
    "Suppressions",
    "Templates",
    "TextFinalizer",
    "add_opt_out",
    "anonymise_messages_of_tenant",
    "cancel_message",
    "cancel_messages",
    "cancel_messages_to_number",
    "change_settings",
    "count_messages_to",
    "find_suppressions",
    "get_message",
    "get_part_prices",
    "get_sending_profile",
    "get_settings",
    "get_spend",
    "get_template",
    "grant_messaging",
    "grant_sender_name",
    "list_attempts",
    "list_grants",
    "list_incoming",
    "list_messages",
    "list_opt_outs",
    "list_templates",
    "load_templates",
    "measure_sms",
    "normalize_sms",
    "passes_opt_out",
    "preview_message",
    "price_cents",
    "purge_texts",
    "queue_messages",
    "record_answers",
    "redirect_messages",
    "remove_opt_out",
    "remove_template",
    "revoke_grant",
    "start_messages",
    "stop_messages",
    "write_template",
]

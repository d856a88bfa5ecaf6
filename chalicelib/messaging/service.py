"""Messaging's use cases, for the entrances and for other domains; each stands in the module of its noun."""

from chalicelib.messaging.forgetting_service import clear_texts, forget_tenant
from chalicelib.messaging.making_service import make_texts, renders
from chalicelib.messaging.message_service import (
    FILTERS,
    cancel_message,
    count_to,
    find_message,
    get_message,
    get_spend,
    list_attempts,
    list_incoming,
    list_messages,
)
from chalicelib.messaging.opt_out_service import (
    get_opt_out,
    list_opt_outs,
    opt_in,
    opt_out,
    opted_out,
    remove_opt_out,
)
from chalicelib.messaging.outbox_service import queue_messages
from chalicelib.messaging.rules import (
    MOST_PARTS,
    harmless,
    measure,
    opening,
    passes_opt_out,
    price_cents,
    waits_for_opening,
)
from chalicelib.messaging.settings_service import change_settings, get_settings, part_prices
from chalicelib.messaging.template_service import (
    Templates,
    get_template,
    list_templates,
    preview,
    remove_template,
    render,
    templates_of,
    write_template,
)
from chalicelib.messaging.withdrawal_service import follow_tenant, withdraw_messages

__all__ = [
    "FILTERS",
    "MOST_PARTS",
    "Templates",
    "cancel_message",
    "change_settings",
    "clear_texts",
    "count_to",
    "find_message",
    "follow_tenant",
    "forget_tenant",
    "get_message",
    "get_opt_out",
    "get_settings",
    "get_spend",
    "get_template",
    "harmless",
    "list_attempts",
    "list_incoming",
    "list_messages",
    "list_opt_outs",
    "list_templates",
    "make_texts",
    "measure",
    "opening",
    "opt_in",
    "opt_out",
    "opted_out",
    "part_prices",
    "passes_opt_out",
    "preview",
    "price_cents",
    "queue_messages",
    "remove_opt_out",
    "remove_template",
    "render",
    "renders",
    "templates_of",
    "waits_for_opening",
    "withdraw_messages",
    "write_template",
]

"""Messaging's use cases, for the entrances and for other domains; each stands in the module of its noun."""

from chalicelib.messaging.finishing_service import Finisher
from chalicelib.messaging.forgetting_service import clear_texts, forget_tenant
from chalicelib.messaging.grant_service import (
    get_sending,
    grant_messaging,
    grant_sender_name,
    list_grants,
    revoke_grant,
)
from chalicelib.messaging.making_service import renders
from chalicelib.messaging.message_service import (
    FILTERS,
    add_answers,
    cancel_message,
    count_to,
    get_message,
    get_spend,
    list_attempts,
    list_incoming,
    list_messages,
)
from chalicelib.messaging.objection_rules import About, Objections
from chalicelib.messaging.opt_out_service import (
    find_objections,
    list_opt_outs,
    opt_out,
    opted_out,
    remove_opt_out,
    start_messages,
    stop_messages,
)
from chalicelib.messaging.outbox_service import queue_messages
from chalicelib.messaging.rules import (
    MOST_PARTS,
    harmless,
    measure,
    passes_opt_out,
    price_cents,
)
from chalicelib.messaging.settings_service import change_settings, get_settings, part_prices
from chalicelib.messaging.template_service import (
    Templates,
    get_template,
    list_templates,
    preview,
    remove_template,
    templates_of,
    write_template,
)
from chalicelib.messaging.withdrawal_service import follow_tenant, withdraw_denied, withdraw_messages

__all__ = [
    "FILTERS",
    "MOST_PARTS",
    "About",
    "Finisher",
    "Objections",
    "Templates",
    "add_answers",
    "cancel_message",
    "change_settings",
    "clear_texts",
    "count_to",
    "find_objections",
    "follow_tenant",
    "forget_tenant",
    "get_message",
    "get_sending",
    "get_settings",
    "get_spend",
    "get_template",
    "grant_messaging",
    "grant_sender_name",
    "harmless",
    "list_attempts",
    "list_grants",
    "list_incoming",
    "list_messages",
    "list_opt_outs",
    "list_templates",
    "measure",
    "opt_out",
    "opted_out",
    "part_prices",
    "passes_opt_out",
    "preview",
    "price_cents",
    "queue_messages",
    "remove_opt_out",
    "remove_template",
    "renders",
    "revoke_grant",
    "start_messages",
    "stop_messages",
    "templates_of",
    "withdraw_denied",
    "withdraw_messages",
    "write_template",
]

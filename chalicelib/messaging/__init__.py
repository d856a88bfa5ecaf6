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
from chalicelib.messaging.retention import anonymise_messages_of_tenant, anonymise_old_texts
from chalicelib.messaging.rules import (
    MAX_PARTS,
    describe_costly_name,
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

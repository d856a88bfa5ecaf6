"""Every table of the database; importing this package fills ``metadata``."""

from chalicelib.storage.tables import (
    billing,
    imports,
    leasing,
    ledger,
    maintenance,
    messaging,
    organisations,
    payments,
    phone_commands,
    portfolio,
    reminders,
    tasks,
)
from chalicelib.storage.tables.base import metadata

# Enforced by triggers, grants, the lack of cascades and, on SQLite, recursive_triggers.
APPEND_ONLY = (
    "journal",
    "posting",
    "allocation",
    "audit_event",
    "period_close",
    "deposit_entry",
    "credit_note",
    "credit_note_line",
    "correction",
    "refund",
)

"""Post to the ledger, reverse journals, and close months."""

from chalicelib.ledger.service import (
    account_id,
    channel_code,
    close_period,
    ensure_accounts,
    get_closed_through,
    get_first_open_day,
    get_journal,
    list_accounts,
    list_journals,
    list_periods,
    post,
    posting_day,
    posting_days,
    reverse,
)

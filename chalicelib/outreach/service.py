"""Public interface of outreach."""

from chalicelib.outreach.erasure_service import anonymise_leases
from chalicelib.outreach.notice_service import add_notice, get_notice, list_notices, parse_notice, preview_notice
from chalicelib.outreach.pause_service import (
    add_promise,
    cancel_promise,
    get_promise,
    list_exclusions,
    list_promises,
    put_exclusion,
    remove_exclusion,
)
from chalicelib.outreach.policy_service import (
    add_holiday,
    change_policy,
    get_policy,
    list_holidays,
    remove_holiday,
)
from chalicelib.outreach.statement_service import email_statement

__all__ = [
    "add_holiday",
    "add_notice",
    "add_promise",
    "anonymise_leases",
    "cancel_promise",
    "change_policy",
    "email_statement",
    "get_notice",
    "get_policy",
    "get_promise",
    "list_exclusions",
    "list_holidays",
    "list_notices",
    "list_promises",
    "parse_notice",
    "preview_notice",
    "put_exclusion",
    "remove_exclusion",
    "remove_holiday",
]

"""Organisations, their members and audit trail, and the vault of what is personal."""

from chalicelib.organisations.audit_trail import list_audit_events, record_audit_event, record_operator_event
from chalicelib.organisations.callers import get_caller
from chalicelib.organisations.members import (
    accept_invitation,
    change_member,
    get_member,
    invite_member,
    list_members,
    list_memberships,
    remove_member,
)
from chalicelib.organisations.organisations import (
    DEFAULT_ALLOCATION_ORDER,
    change_organisation,
    found_organisation,
    get_organisation,
    list_late_fee_policies,
    list_organisations,
    system_context,
)

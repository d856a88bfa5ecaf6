"""The permissions of each role. A route cannot be registered for an action that is not listed here."""

OWNER, MANAGER, ACCOUNTANT, CARETAKER = ROLES = ("owner", "manager", "accountant", "caretaker")

ALL_ROLES = frozenset(ROLES)
OFFICE_ROLES = frozenset({OWNER, MANAGER, ACCOUNTANT})
MANAGERS = frozenset({OWNER, MANAGER})
MONEY_ROLES = frozenset({OWNER, MANAGER, ACCOUNTANT})
BOOKKEEPERS = frozenset({OWNER, ACCOUNTANT})
OWNERS_ONLY = frozenset({OWNER})

PUBLIC = "public"  # nobody need be signed in
SIGNED_IN = "signed_in"  # any verified person, of whatever organisation or none

# A caretaker is also limited to the named properties (``Actor.properties``), which the services check.
PERMISSIONS: dict[str, frozenset[str]] = {
    "see_organisation": ALL_ROLES,
    "change_organisation": OWNERS_ONLY,
    "see_members": OFFICE_ROLES,
    "manage_members": OWNERS_ONLY,
    "see_audit": OWNERS_ONLY,
    "see_portfolio": ALL_ROLES,
    "see_owners": OFFICE_ROLES,
    "edit_portfolio": MANAGERS,
    "see_tenants": ALL_ROLES,
    "edit_tenants": MANAGERS,
    "read_identity_document": MANAGERS,
    "erase_tenant": OWNERS_ONLY,
    "see_leases": ALL_ROLES,
    "edit_leases": MANAGERS,
    "terminate_lease": MANAGERS,
    "hold_deposit": MONEY_ROLES,
    "see_billing": OFFICE_ROLES,
    "bill": MONEY_ROLES,
    "void_invoice": MONEY_ROLES,
    "credit_invoice": MONEY_ROLES,
    "see_payments": ALL_ROLES,  # a caretaker: those of the named properties
    "record_payment": ALL_ROLES,  # a caretaker's cash is pending until it is confirmed
    "confirm_payment": MANAGERS,
    "allocate_payment": MONEY_ROLES,
    "reverse_payment": MONEY_ROLES,
    "refund_credit": MONEY_ROLES,
    "see_ledger": OFFICE_ROLES,
    "close_period": BOOKKEEPERS,
    "see_reports": OFFICE_ROLES,
    "import_sheet": MANAGERS,
    "see_tasks": OFFICE_ROLES,
    "see_jobs": OFFICE_ROLES,
    "see_messages": OFFICE_ROLES,
    "change_messages": MANAGERS,  # settings, templates, opt-outs, the policy of reminders
    "send_notice": MANAGERS,
    "send_statement": OFFICE_ROLES,
    "keep_promises": OFFICE_ROLES,
    "see_maintenance": ALL_ROLES,  # a caretaker: of the named properties
    "keep_maintenance": ALL_ROLES,
}

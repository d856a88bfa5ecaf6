"""The one table that says which role may do what. A route names its action here or it cannot be registered."""

OWNER, MANAGER, ACCOUNTANT, CARETAKER = ROLES = ("owner", "manager", "accountant", "caretaker")

EVERYBODY = frozenset(ROLES)
OFFICE = frozenset({OWNER, MANAGER, ACCOUNTANT})
MANAGING = frozenset({OWNER, MANAGER})
MONEY = frozenset({OWNER, MANAGER, ACCOUNTANT})
KEEPING_BOOKS = frozenset({OWNER, ACCOUNTANT})
OWNING = frozenset({OWNER})

PUBLIC = "public"  # nobody need be signed in
SIGNED_IN = "signed_in"  # any verified person, of whatever organisation or none

# A caretaker is held to the named properties besides: the services that let one in take ``properties``.
MAY: dict[str, frozenset[str]] = {
    "see_organisation": EVERYBODY,
    "change_organisation": OWNING,
    "see_members": OFFICE,
    "manage_members": OWNING,
    "see_audit": OWNING,
    "see_portfolio": EVERYBODY,
    "see_owners": OFFICE,
    "edit_portfolio": MANAGING,
    "see_tenants": EVERYBODY,
    "edit_tenants": MANAGING,
    "read_identity_document": MANAGING,
    "erase_tenant": OWNING,
    "see_leases": EVERYBODY,
    "edit_leases": MANAGING,
    "terminate_lease": MANAGING,
    "hold_deposit": MONEY,
    "see_billing": OFFICE,
    "bill": MONEY,
    "void_invoice": MONEY,
    "credit_invoice": MONEY,
    "see_payments": EVERYBODY,  # a caretaker: those of the named properties
    "record_payment": EVERYBODY,  # a caretaker's cash is pending until it is confirmed
    "confirm_payment": MANAGING,
    "allocate_payment": MONEY,
    "reverse_payment": MONEY,
    "refund_credit": MONEY,
    "see_ledger": OFFICE,
    "close_period": KEEPING_BOOKS,
    "see_reports": OFFICE,
    "import_sheet": MANAGING,
    "see_tasks": OFFICE,
    "see_jobs": OFFICE,
    "see_messages": OFFICE,
    "change_messages": MANAGING,  # settings, templates, opt-outs, the policy of reminders
    "send_notice": MANAGING,
    "send_statement": OFFICE,
    "keep_promises": OFFICE,
    "see_maintenance": EVERYBODY,  # a caretaker: of the named properties
    "keep_maintenance": EVERYBODY,
}

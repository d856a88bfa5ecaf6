"""The door of leasing: every use case under one name, whichever file keeps it."""

from chalicelib.leasing.deposit_service import (
    deduct_deposit,
    held_deposits,
    list_deposits,
    record_deposit,
    refund_deposit,
    reverse_deposit_entry,
)
from chalicelib.leasing.holding_service import (
    get_lease_terms,
    get_predecessors,
    list_leases_to_bill,
    lock_accounts,
    lock_lease,
    lock_leases,
)
from chalicelib.leasing.lease_service import add_lease, change_lease, end_lease, get_lease, list_leases
from chalicelib.leasing.phone_service import (
    confirm_places,
    deny_places,
    list_confirmed_phones,
    list_leases_of_phone,
    purge_places,
)
from chalicelib.leasing.rent_service import (
    add_recurring_charge,
    add_rent_change,
    change_recurring_charge,
    get_recurring_charge,
    list_recurring_charges,
    list_rents,
)
from chalicelib.leasing.succession_service import (
    renew_lease,
    return_deposits,
    transfer_lease,
)
from chalicelib.leasing.tenant_service import (
    add_tenant,
    change_tenant,
    erase_tenant,
    get_tenant,
    list_tenants,
    read_identity_document,
    show_tenant,
)

__all__ = [
    "add_lease",
    "add_recurring_charge",
    "add_rent_change",
    "add_tenant",
    "change_lease",
    "change_recurring_charge",
    "change_tenant",
    "confirm_places",
    "deduct_deposit",
    "deny_places",
    "end_lease",
    "erase_tenant",
    "get_lease",
    "get_lease_terms",
    "get_predecessors",
    "get_recurring_charge",
    "get_tenant",
    "held_deposits",
    "list_confirmed_phones",
    "list_deposits",
    "list_leases",
    "list_leases_of_phone",
    "list_leases_to_bill",
    "list_recurring_charges",
    "list_rents",
    "list_tenants",
    "lock_accounts",
    "lock_lease",
    "lock_leases",
    "purge_places",
    "read_identity_document",
    "record_deposit",
    "refund_deposit",
    "renew_lease",
    "return_deposits",
    "reverse_deposit_entry",
    "show_tenant",
    "transfer_lease",
]

"""The public interface of leasing: every use case under one name."""

from chalicelib.leasing.deposits import (
    get_held_deposits,
    list_deposits,
    record_deposit,
    refund_deposit,
    reverse_deposit_entry,
    withdraw_deposit,
)
from chalicelib.leasing.leases import (
    add_lease,
    bill_from,
    create_lease,
    get_lease,
    list_leases,
    record_termination,
    update_terms,
)
from chalicelib.leasing.locking import (
    get_chain,
    get_predecessors,
    list_earlier_terms,
    list_terms,
    lock_lease,
    lock_lease_chains,
    lock_lease_terms,
    lock_leases,
    lock_leases_to_bill,
)
from chalicelib.leasing.payers import list_money_group, list_payer_leases, lock_payer_leases
from chalicelib.leasing.phone_places import (
    confirm_places,
    deny_places,
    list_confirmed_phones,
    list_leases_of_phone,
    purge_places,
)
from chalicelib.leasing.renewal import create_successor, renew_lease, return_deposits
from chalicelib.leasing.rents import (
    get_recurring_charge,
    list_recurring_charges,
    list_rents,
    record_recurring_charge,
    record_rent_step,
    update_recurring_charge,
)
from chalicelib.leasing.tenants import (
    add_tenant,
    anonymise_tenant,
    change_tenant,
    get_tenant,
    get_visible_tenant,
    list_tenants,
    read_identity_document,
)
from chalicelib.leasing.withdrawal import call_off_successor, continue_lease

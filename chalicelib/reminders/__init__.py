"""Reminders to pay: their policy, holidays, exclusions and promises."""

from chalicelib.reminders.policies import add_holiday, change_policy, get_policy, list_holidays, remove_holiday
from chalicelib.reminders.promises import (
    add_promise,
    anonymise_leases,
    cancel_promise,
    get_promise,
    list_exclusions,
    list_promises,
    put_exclusion,
    remove_exclusion,
)
from chalicelib.reminders.rendering import render_reminders

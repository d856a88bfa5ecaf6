"""Maintenance requests: created from a phone or by a member, marked done, reopened."""

from chalicelib.maintenance.service import (
    add_request,
    anonymise_requests_of_tenant,
    count_open,
    find_request_by_dedupe_key,
    get_request,
    list_requests,
    mark_done,
    record_request,
    reopen_request,
)

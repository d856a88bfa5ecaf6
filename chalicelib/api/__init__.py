"""HTTP: one file a resource, its schemas under the same name in ``schemas/``.

Above all rooms, whose interfaces it calls.
"""

from chalicelib.api import (
    callbacks,
    channels,
    charges,
    deposits,
    imports,
    invoices,
    lease_ends,
    leases,
    ledger,
    maintenance_requests,
    members,
    messages,
    meta,
    notices,
    organisations,
    payments,
    properties,
    reminders,
    reports,
    statements,
    tasks,
    tenants,
)

RESOURCES = (
    callbacks, channels, charges, deposits, imports, invoices, lease_ends, leases, ledger, maintenance_requests,
    members, messages, meta, notices, organisations, payments, properties, reminders, reports, statements, tasks,
    tenants,
)  # fmt: skip
# In the order of their paths, as the OpenAPI document lists them.
OPERATIONS = sorted(
    (operation for resource in RESOURCES for operation in resource.routes.operations), key=lambda each: each.path
)

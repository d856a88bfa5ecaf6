"""Texts of the OpenAPI document that belong to no route: shared headers, parameters, problems and tags."""

from chalicelib.web import fields, idempotency, request_parsing
from chalicelib.web.json_schema import JsonSchema, response_header

API_DESCRIPTION = """\
Property management for landlords in Kenya: leases, billing, payments and double-entry books.

Sign in with `Authorization: Bearer` and an ID token. `X-Organisation` names the organisation; whoever
belongs to one only may leave it out. Amounts are strings such as "15000.00" in the organisation's
currency, days are "2026-11-20" in its time zone, instants are UTC. Lists are paged: pass `next_cursor`
back as `cursor`. Refunds, channels, members, settings, templates, closing a month and erasing a tenant
need a sign-in from the last 10 minutes. What goes wrong is told as `application/problem+json`, of one
shape everywhere.
"""

PROBLEMS = {
    400: ("BadRequest", "The request cannot be read."),
    401: ("Unauthenticated", "The token is missing, expired or not valid."),
    403: ("Forbidden", "The member's role does not allow this, or the organisation lacks the grant for it."),
    404: ("NotFound", "It does not exist, or belongs to another organisation."),
    409: ("Conflict", "Its state does not allow this, or a request with the same idempotency key is in progress."),
    412: ("PreconditionFailed", "It has changed since you read it."),
    413: ("TooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The content type of the body is not supported."),
    422: ("Invalid", "Some values are not valid; `errors` lists each."),
    428: ("PreconditionRequired", "If-Match is missing."),
    429: ("TooManyRequests", "Too many requests; try again after `Retry-After`."),
    500: ("InternalError", "Something went wrong on our side."),
    503: ("Unavailable", "A required service does not answer; try again after `Retry-After`."),
    504: ("NoAnswer", "The answer took too long."),
}
HEADERS = {
    "X-Request-Id": response_header(
        "Identifies this request in our logs; quote it when you ask for help.", always=True
    ),
    "ETag": response_header("The version, for If-Match and If-None-Match."),
    "Location": response_header("Path of the created resource, or of the task that creates it."),
    "Retry-After": response_header("Seconds to wait.", {"type": "string", "pattern": "^[0-9]+$"}),
    "WWW-Authenticate": response_header("How to sign in."),
}
FRESH = "FreshSignInNeeded"  # replaces the usual 401 of operations that require a fresh sign-in
FRESH_DESCRIPTION = (
    f"The token is missing or not valid, or the sign-in is older than {request_parsing.FRESH_SIGN_IN_S // 60} minutes "
    "(type `urn:plotihub:problem:fresh-sign-in-needed`): sign in again, and repeat the request."
)
PARAMETERS: dict[str, JsonSchema] = {
    "X-Organisation": {
        "schema": fields.Uuid.openapi,
        "description": "Id of the organisation; optional for a member of only one.",
    },
    "Idempotency-Key": {
        "schema": {
            "type": "string",
            "maxLength": idempotency.MAX_CHARACTERS,
            "pattern": idempotency.KEY_PATTERN.pattern,
        },
        "description": "A repeat with the same key within 48 hours has no further effect and gets the first response.",
    },
    "If-Match": {
        "schema": {"type": "string", "pattern": request_parsing.IF_MATCH_PATTERN.pattern},
        "description": "ETag from your last read; * matches any version.",
        "required": True,
    },
    "If-None-Match": {"schema": {"type": "string"}, "description": "Answers 304 if the ETag still matches."},
}
PATH_VALUES: dict[str, JsonSchema] = {"period": fields.Month.openapi}
BEARER_SECURITY: list[JsonSchema] = [{"bearer": []}]
# In the order of the document.
TAGS = {
    "identity": "Organisations, members, invitations and the audit trail.",
    "onboarding": "Spreadsheet imports: preview, commit, undo.",
    "portfolio": "Owners, payment channels, properties and units.",
    "leasing": "Tenants, leases, rents and deposits.",
    "billing": "Charges, invoices, credit notes and receipts.",
    "payments": "Payments, allocation, refunds, bill runs and final accounts.",
    "ledger": "Accounts, journals and closed periods.",
    "reporting": "Rent roll, arrears, occupancy, collections, income, statements and the proof of the books.",
    "outreach": "Reminders, promises to pay, holidays and bulk notices.",
    "messages": "Messages, templates, settings, spend and opt-outs.",
    "maintenance": "Maintenance requests.",
    "tasks": "Background tasks and scheduled jobs.",
    "callbacks": "Callbacks of SMS and USSD gateways; not for clients.",
    "meta": "Health checks and this document.",
}

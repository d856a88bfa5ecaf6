"""The door of onboarding: every use case of imports under one name, whichever file keeps it."""

from chalicelib.onboarding.commit_service import COMMIT_TASK, Refused, commit, preview_refused, queue_commit
from chalicelib.onboarding.erasure_service import erase_tenant
from chalicelib.onboarding.expiry_service import expire_sheets
from chalicelib.onboarding.intake_service import (
    PREVIEW_TASK,
    add_import,
    get_import,
    list_imports,
    list_problems,
    open_sheet,
    preview_in_task,
)
from chalicelib.onboarding.making_service import RowRefused
from chalicelib.onboarding.undo_service import UNDO_TASK, queue_undo, undo

__all__ = [
    "COMMIT_TASK",
    "PREVIEW_TASK",
    "UNDO_TASK",
    "Refused",
    "RowRefused",
    "add_import",
    "commit",
    "erase_tenant",
    "expire_sheets",
    "get_import",
    "list_imports",
    "list_problems",
    "open_sheet",
    "preview_in_task",
    "preview_refused",
    "queue_commit",
    "queue_undo",
    "undo",
]

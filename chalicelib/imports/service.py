"""The interface of imports: every use case under one name, whichever file keeps it."""

from chalicelib.imports.commit_service import COMMIT_TASK, Refused, commit, preview_refused, queue_commit
from chalicelib.imports.erasure_service import erase_tenant
from chalicelib.imports.expiry_service import expire_sheets
from chalicelib.imports.preview_service import (
    PREVIEW_TASK,
    add_import,
    get_import,
    list_imports,
    list_problems,
    open_sheet,
    preview_in_task,
)
from chalicelib.imports.undo_service import UNDO_TASK, queue_undo, undo
from chalicelib.imports.writer_service import RowRefused

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

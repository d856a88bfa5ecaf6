"""Imports of rent rolls: previewed, committed, undone."""

from chalicelib.imports.commit import COMMIT_TASK, Refused, commit_import, preview_refused, queue_commit
from chalicelib.imports.import_writer import RowRefused
from chalicelib.imports.preview import (
    PREVIEW_TASK,
    add_import,
    anonymise_imports_of_tenant,
    expire_sheets,
    get_import,
    list_imports,
    list_problems,
    open_sheet,
    preview_in_task,
)
from chalicelib.imports.undo import UNDO_TASK, queue_undo, undo_import

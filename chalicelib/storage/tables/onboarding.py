"""A landlord's own spreadsheet on its way in, and what it made, so that it can be taken back."""

from sqlalchemy import JSON, Integer, String

from chalicelib.storage.tables.base import belongs_to, index, optional, organisation_table, required
from chalicelib.storage.types import Blob, Id, Instant

imports = organisation_table(
    "import",
    required("filename", String(120)),
    required("status", String(12)),  # reading, previewed, committing, committed, undone, failed
    optional("content_sealed", Blob),  # the sheet itself, until it is committed
    required("summary", JSON),
    required("problems", JSON),
    optional("task_id", Id),
    optional("created_by", Id),
    required("version", Integer),
    required("created_at", Instant),
    optional("committed_at", Instant),
    optional("undone_at", Instant),
)

import_items = organisation_table(
    "import_item",
    required("import_id", Id),
    required("seq", Integer),
    required("entity", String(20)),
    required("entity_id", Id),
    belongs_to("import_id", "import"),
    index("entity_id"),
    key=("import_id", "seq"),
)

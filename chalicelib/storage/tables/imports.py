"""Imports of a landlord's spreadsheet, and the rows that they created, so that they can be undone."""

from sqlalchemy import JSON, Date, Integer, String

from chalicelib.storage.tables.base import belongs_to, index, optional, organisation_table, required
from chalicelib.storage.types import Blob, Id, Instant

imports = organisation_table(
    "import",
    required("filename", String(120)),
    required("status", String(12)),  # reading, previewed, committing, committed, undoing, undone
    required("property_name", String(120)),  # whose the units are while no row names a property
    required("due_day", Integer),  # for rows that give none
    optional("content_sealed", Blob),  # the sheet itself under the import's own data key, until it is committed
    optional("fingerprint", String(64)),  # of the plan that was previewed
    optional("summary", JSON),  # counts, sums and names of properties
    optional("problems_sealed", Blob),  # they repeat cells, so they lie under the same key
    optional("opening_on", Date),  # the day that balances and deposits are brought in by
    optional("task_id", Id),  # the last that worked on it
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
    required("entity", String(20)),  # one of imports.model.ENTITIES
    required("entity_id", Id),
    belongs_to("import_id", "import"),
    index("entity_id"),
    key=("import_id", "seq"),
)

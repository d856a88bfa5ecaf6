"""Alembic's entry point: it runs on the connection that ``storage.migrate`` passes."""

from alembic import context

from chalicelib.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller holds the transaction (MySQL commits each statement anyway)
)
context.run_migrations()

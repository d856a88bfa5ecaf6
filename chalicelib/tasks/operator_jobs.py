"""Lambda functions that operators and deployments invoke by name."""

import logging
from typing import Any

from chalicelib.runtime.resources import migrate
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

log = logging.getLogger("plotihub.tasks")
operator_jobs = FunctionBlueprint()


@operator_jobs.lambda_function(name="migrate_database")
def migrate_database(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Migrate the schema, before the code that needs it serves callers. Idempotent."""
    version = migrate()
    log.info("database.migrated: the database has the newest schema", extra={"version": version})
    return {"version": version}

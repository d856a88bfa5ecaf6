"""What operators and deployments call by name."""

import logging
from typing import Any

from chalicelib import bootstrap, config
from chalicelib.tasks.scheduling import FunctionBlueprint

log = logging.getLogger("plotihub.tasks")
operator_jobs = FunctionBlueprint()


@operator_jobs.lambda_function(name="migrate_database")
def migrate_database(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Change the schema, before callers meet the code that wants it. A repeat changes nothing."""
    version = bootstrap.migrate(config.settings())
    log.info("database.migrated: the database has the newest schema", extra={"version": version})
    return {"version": version}

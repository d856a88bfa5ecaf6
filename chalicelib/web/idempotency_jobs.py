"""The retention of stored answers."""

import datetime as dt

from sqlalchemy import Connection

from chalicelib.tasks.scheduled_jobs import FunctionBlueprint
from chalicelib.web import idempotency

idempotency_jobs = FunctionBlueprint()


@idempotency_jobs.retention_job
def purge_answers(db: Connection, at: dt.datetime) -> int:
    return idempotency.purge_old_answers(db, at)

"""Tasks (work that takes longer than a request may) and scheduled jobs."""

from sqlalchemy import JSON, BigInteger, Index, Integer, PrimaryKeyConstraint, String

from chalicelib.storage.tables.base import index, optional, organisation_table, required, shared_table
from chalicelib.storage.types import Id, Instant

tasks = organisation_table(
    "task",
    required("kind", String(30)),
    required("status", String(10)),  # queued, running, done, failed
    required("input", JSON),
    required("progress", JSON),  # {"done": n, "total": n or null}
    optional("cursor", String(80)),  # where the next set begins
    optional("result", JSON),
    optional("problem", JSON),
    optional("claimed_until", Instant),
    optional("claim", Id),  # of the worker that claimed it
    optional("turn", BigInteger),  # when it is served, in seconds since 1970; none, as of an old release: at once
    required("attempts", Integer),
    optional("created_by", Id),
    required("created_at", Instant),
    optional("finished_at", Instant),
    index("status"),
    Index(None, "status", "claimed_until"),
    Index(None, "status", "finished_at"),  # for the purge of old rows
)

job_slots = shared_table(
    "job_slot",
    required("job", String(40)),
    required("slot", String(32)),
    required("scope_id", Id),
    required("claimed_at", Instant),
    optional("count", BigInteger),
    PrimaryKeyConstraint("job", "slot", "scope_id"),
    Index(None, "scope_id", "job", "slot"),  # what was last done for an organisation
)

job_runs = shared_table(
    "job_run",  # one slot of a job, over all that it works for
    required("job", String(40)),
    required("slot", String(32)),
    required("status", String(10)),  # running, done, failed
    optional("claim", Id),  # of the worker that claimed it
    optional("claimed_until", Instant),
    required("attempts", Integer),
    required("sets", Integer),
    required("count", BigInteger),
    optional("problem", String(60)),  # the name of the error it failed by
    required("started_at", Instant),
    optional("finished_at", Instant),
    PrimaryKeyConstraint("job", "slot"),
)

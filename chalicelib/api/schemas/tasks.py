"""Schemas of ``api.tasks``: what requests take and responses give."""

from typing import Any

from marshmallow import Schema
from marshmallow import fields as plain

from chalicelib.tasks.job_model import RUN_STATUSES
from chalicelib.tasks.model import STATUSES
from chalicelib.web import fields, problem


class Facts(plain.Dict):
    """Named values whose names depend on the task's kind."""

    openapi = {"type": "object", "additionalProperties": True}


class Problem(plain.Dict):
    """Why a task failed, as the problem document that a request would have answered, but for its request id."""

    openapi = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
        "additionalProperties": True,
    }

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        statuses = {kind.__name__: status for kind, status in problem.STATUS_BY_ERROR.items()}
        status = next((statuses[kind] for kind in value["kinds"] if kind in statuses), 500)
        document = problem.document(value["kinds"][0], status, value["detail"], "", **value["facts"])
        del document["request_id"]  # not queued by a request
        return document


class ProgressView(Schema):
    done = fields.Integer()
    total = fields.Integer(allow_none=True)


class TaskView(Schema):
    id = fields.Uuid()
    kind = fields.Text(30)
    status = fields.OneOf(*STATUSES)
    input = Facts()
    progress = fields.Nested(ProgressView)
    result = Facts(allow_none=True)
    problem = Problem(allow_none=True)
    created_by = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


class TaskQuery(fields.Paging):
    status = fields.OneOf(*STATUSES)
    kind = fields.Text(30, least=1)


class JobRunView(Schema):
    """The run of one slot, for all organisations together; ``slot`` is when the slot began."""

    slot = fields.Text(32)
    status = fields.OneOf(*RUN_STATUSES)
    started_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


class JobView(Schema):
    """What is done by the clock; ``last_worked_at`` and ``last_count`` are of this organisation alone."""

    name = fields.Text(40)
    every_minutes = fields.Integer()
    last_run = fields.Nested(JobRunView, allow_none=True)
    next_run_at = fields.DateTime()
    last_worked_at = fields.DateTime(allow_none=True)
    last_count = fields.Integer(allow_none=True)

"""How tasks are told."""

from typing import Any

from marshmallow import Schema
from marshmallow import fields as plain

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
        statuses = {kind.__name__: status for kind, status in problem.STATUS.items()}
        status = next((statuses[kind] for kind in value["kinds"] if kind in statuses), 500)
        told = problem.document(value["kinds"][0], status, value["detail"], "", **value["facts"])
        del told["request_id"]  # it was no request's
        return told


class ProgressView(Schema):
    done = fields.Whole()
    total = fields.Whole(allow_none=True)


class TaskView(Schema):
    id = fields.Uuid()
    kind = fields.Text(30)
    status = fields.OneOf(*STATUSES)
    input = Facts()
    progress = fields.Nested(ProgressView)
    result = Facts(allow_none=True)
    problem = Problem(allow_none=True)
    created_by = fields.Uuid(allow_none=True)
    created_at = fields.Moment()
    finished_at = fields.Moment(allow_none=True)


class TaskQuery(fields.Paging):
    status = fields.OneOf(*STATUSES)
    kind = fields.Text(30, least=1)


TASK = TaskView()
TASK_QUERY = TaskQuery()

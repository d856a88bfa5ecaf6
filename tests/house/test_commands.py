"""What goes into a use case has a type that mypy knows: a command that its schema builds, never a dict of anything."""

import ast

from marshmallow import Schema

from chalicelib.api import OPERATIONS
from chalicelib.web.fields import CommandSchema
from tests.house.source import files, kind_of, name_of, tree_of

UNTYPED = {"dict[str, Any]", "dict[str, Any] | None", "Mapping[str, Any]", "dict[str, object]"}
# What others hand over as JSON: events of AWS, claims of a token, bodies of queues, inputs and results of tasks.
JSON = {
    "chalicelib/access/password_jobs.py: drop_password",
    "chalicelib/access/passwords.py: drop_password",
    "chalicelib/access/sign_in_code_jobs.py: send_code",
    "chalicelib/access/sign_in_code_runner.py: send_code",
    "chalicelib/access/tokens.py: _parse_auth_time",
    "chalicelib/access/tokens.py: _parse_phone",
    "chalicelib/delivery/queue_payloads.py: _parse_outcome",
    "chalicelib/messaging/grant_jobs.py: grant",
    "chalicelib/portfolio/service.py: _add",  # a row, built for the repository
    "chalicelib/tasks/jobs.py: run_job",
    "chalicelib/tasks/operator_jobs.py: migrate_database",
    "chalicelib/tasks/task_queue.py: queue_task",
    "chalicelib/tasks/task_runner.py: _finish",
}


def test_no_use_case_takes_a_dict_of_anything() -> None:
    found = set()
    for path in files():
        if kind_of(path) in {"service", "interface", "runner", "jobs", "rules"}:
            for node in ast.walk(tree_of(path)):
                if isinstance(node, ast.FunctionDef) and takes_untyped(node.args):
                    found.add(f"{name_of(path)}: {node.name}")
    assert found == JSON


def takes_untyped(arguments: ast.arguments) -> bool:
    """Return whether one of them is a dict of anything, or they end in keywords of anything."""
    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    rest = arguments.kwarg and arguments.kwarg.annotation
    return any(arg.annotation and ast.unparse(arg.annotation) in UNTYPED for arg in named) or (
        rest is not None and ast.unparse(rest) == "Any"
    )


def test_a_command_can_be_made_of_whatever_its_schema_lets_through() -> None:
    """Its names are the schema's, and what may be absent has a default."""
    checked = 0
    for schema in {operation.body for operation in OPERATIONS if isinstance(operation.body, CommandSchema)}:
        for each in (schema, *nested_of(schema)):
            if isinstance(each, CommandSchema):
                fields, defaults = each.command._fields, each.command._field_defaults  # type: ignore[attr-defined]
                loaded = {field.attribute or name: field for name, field in each.load_fields.items()}
                assert set(loaded) == set(fields), type(each).__name__
                needed = {name for name, field in loaded.items() if field.required or "load_default" in vars(field)}
                assert set(fields) - set(defaults) <= needed, type(each).__name__
                checked += 1
    assert checked > 10


def nested_of(schema: Schema) -> list[Schema]:
    """Return the schemas of the items of its lists, and of what is nested in it."""
    inner = [getattr(field, "inner", field) for field in schema.load_fields.values()]
    return [field.schema for field in inner if hasattr(field, "schema") and field.schema is not None]

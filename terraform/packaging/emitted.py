"""What Chalice emits, made fit for this estate: what cannot load is taken out, the rest is overridden, piece by piece.

Terraform's own override files change the generated resources; they know no wildcards and refuse what is not there,
so one block is made for each resource that Chalice emitted.
https://developer.hashicorp.com/terraform/language/files/override
"""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

Json = dict[str, Any]

QUEUE = re.compile(r"\$\{var\.([a-z_]+)_queue_arn\}")
FUNCTION = re.compile(r"\$\{aws_lambda_function\.([A-Za-z0-9_-]+)\.(arn|invoke_arn)\}")
ANSWERS = "x-amazon-apigateway-gateway-responses"


class Unexpected(RuntimeError):
    """Chalice emitted what the module does not know how to treat."""


class Limits(NamedTuple):
    """What the table of functions says of one of them."""

    side: str
    role: str
    memory_mb: int
    timeout_s: int


class Module(NamedTuple):
    """The generated files of the ``api`` module, each the content of a JSON file."""

    emitted: Json
    override: Json
    references: Json
    functions: Json


def module_of(emitted: Json, functions: Mapping[str, Limits], answers: Json) -> Module:
    """Return the generated files for what Chalice ``emitted``.

    ``answers`` is what API Gateway is to answer by itself, as its extension of Swagger says it.

    Raises:
        Unexpected: a resource is of a kind that is not known here, or a function has no row, or a row no function.
    """
    cleaned = _without_null(emitted)
    made = {kind: set(named) for kind, named in cleaned["resource"].items()}
    unknown = sorted(set(made) - set(_OVERRIDES))
    if unknown:
        raise Unexpected(f"Chalice emitted kinds of resources that the module does not know: {', '.join(unknown)}")
    lacking, idle = made["aws_lambda_function"] - set(functions), set(functions) - made["aws_lambda_function"]
    if lacking or idle:
        raise Unexpected(f"the table of functions lacks {sorted(lacking)} and has no use for {sorted(idle)}")
    resources = {
        kind: {name: _OVERRIDES[kind](name, block) for name, block in named.items()}
        for kind, named in cleaned["resource"].items()
    }
    override = {
        "terraform": {
            "required_version": ">= 1.11.0",
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.100"}},
        },
        "locals": {"chalice_api_swagger": _to_aliases(_answering(cleaned["locals"]["chalice_api_swagger"], answers))},
        "resource": resources,
        "output": {"EndpointURL": {"value": "${aws_api_gateway_stage.main.invoke_url}"}},
    }
    queues = {
        _named(block["function_name"]): _queue_of(block)
        for block in cleaned["resource"].get("aws_lambda_event_source_mapping", {}).values()
    }
    schedules = {
        _of_rule(name): rule["schedule_expression"]
        for name, rule in cleaned["resource"].get("aws_cloudwatch_event_rule", {}).items()
    }
    table = {
        name: {**row._asdict(), "queue": queues.get(name), "schedule": schedules.get(name)}
        for name, row in functions.items()
    }
    return Module(cleaned, override, _references(sorted(made["aws_lambda_function"])), table)


def _without_null(emitted: Json) -> Json:
    """Return it without the null provider, which nothing here mirrors and nothing uses."""
    cleaned = copy.deepcopy(emitted)
    cleaned["data"].pop("null_data_source", None)
    cleaned["terraform"]["required_providers"].pop("null", None)
    return cleaned


def _answering(document: str, answers: Json) -> str:
    """Return the API's Swagger document with ``answers`` in it.

    As resources beside it they would go at the next new route, since a document that is put takes away what it does
    not say, and the first deployment would be made without waiting for them.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
    """
    return json.dumps({**json.loads(document), ANSWERS: answers})


def _to_aliases(text: str) -> str:
    """Return ``text`` with every function named by its alias, which a deployment moves, and not by its newest code."""
    return FUNCTION.sub(r'${aws_lambda_alias.live["\1"].\2}', text)


def _references(names: list[str]) -> Json:
    """Return the emitted functions as one map, so that hand-written files can go over them by ``for_each``."""
    return {
        "locals": {
            "versions": {name: f"${{aws_lambda_function.{name}.version}}" for name in names},
            "function_names": {name: f"${{aws_lambda_function.{name}.function_name}}" for name in names},
        }
    }


def _function(name: str, block: Json) -> Json:
    row = f'local.functions["{name}"]'
    return {
        "function_name": f"${{var.name}}-{name}",
        "description": f"${{var.name}} {name}",
        "role": f'${{aws_iam_role.function["{name}"].arn}}',
        "memory_size": f"${{{row}.memory_mb}}",
        "timeout": f"${{{row}.timeout_s}}",
        "publish": True,
        "kms_key_arn": "${var.kms_key_arn}",
        "reserved_concurrent_executions": f'${{lookup(var.reserved_concurrency, "{name}", -1)}}',
        "environment": {"variables": f'${{local.environment["{name}"]}}'},
        "vpc_config": {
            "subnet_ids": f'${{{row}.side == "inside" ? var.subnet_ids : []}}',
            "security_group_ids": f'${{{row}.side == "inside" ? [var.security_group_id] : []}}',
        },
        "tracing_config": {"mode": "Active"},
        "logging_config": {
            "log_format": "JSON",
            "log_group": f'${{aws_cloudwatch_log_group.function["{name}"].name}}',
        },
    }


def _rule(name: str, block: Json) -> Json:
    function = _of_rule(name)
    usual = block["schedule_expression"]
    return {
        "name": f"${{var.name}}-{function}",
        "description": f"Starts {function}",
        "schedule_expression": f'${{lookup(var.schedules, "{function}", "{usual}")}}',
    }


def _of_rule(name: str) -> str:
    return name.removesuffix("-event")


def _target(name: str, block: Json) -> Json:
    return {"arn": _to_aliases(block["arn"])}


def _permission(name: str, block: Json) -> Json:
    function = _named(block["function_name"])
    return {
        "function_name": f"${{aws_lambda_function.{function}.function_name}}",
        "qualifier": f'${{aws_lambda_alias.live["{function}"].name}}',
    }


def _mapping(name: str, block: Json) -> Json:
    function = _named(block["function_name"])
    return {
        "event_source_arn": f'${{var.queue_arns["{_queue_of(block)}"]}}',
        "function_name": _to_aliases(block["function_name"]),
        # Without it a partial answer is not read, and what failed would be deleted.
        "function_response_types": ["ReportBatchItemFailures"],
        "scaling_config": {"maximum_concurrency": f'${{lookup(var.maximum_concurrency, "{function}", 5)}}'},
    }


def _queue_of(block: Json) -> str:
    found = QUEUE.fullmatch(block["event_source_arn"])
    if found is None:
        raise Unexpected(f"a queue is named by ${{var.<name>_queue_arn}}, not {block['event_source_arn']}")
    return found[1]


def _rest_api(name: str, block: Json) -> Json:
    return {"name": "${var.name}", "description": "${var.name}, made by Chalice"}


def _deployment(name: str, block: Json) -> Json:
    return {
        # The stage is written by hand: Chalice's has no log, no tracing, no throttle and no firewall.
        "stage_name": None,
        "stage_description": None,
        "triggers": {"redeployment": "${local.redeployment}"},
    }


def _named(reference: str) -> str:
    found = FUNCTION.fullmatch(reference)
    if found is None:
        raise Unexpected(f"not a reference to a function: {reference}")
    return found[1]


_OVERRIDES = {
    "aws_lambda_function": _function,
    "aws_cloudwatch_event_rule": _rule,
    "aws_cloudwatch_event_target": _target,
    "aws_lambda_permission": _permission,
    "aws_lambda_event_source_mapping": _mapping,
    "aws_api_gateway_rest_api": _rest_api,
    "aws_api_gateway_deployment": _deployment,
}

"""Whether a log could hold the secret in a callback's path: every format of one, filled as AWS would fill it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

TOKEN = "s3cret-t0ken-of-a-callback"
VARIABLE = re.compile(r"\$context\.([A-Za-z.]+)|\$input|\$util")
# What API Gateway puts for a call of /v1/callbacks/TOKEN; whatever is not listed is taken to hold the path.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
SAMPLE = {
    "requestId": "c6af9ac6", "requestTime": "21/Nov/2026:09:00:00 +0000", "httpMethod": "POST",
    "resourcePath": "/v1/callbacks/{token}", "status": "200", "responseLatency": "31", "integrationLatency": "29",
    "integrationStatus": "200", "responseLength": "2", "error.responseType": "-", "authorizer.error": "-",
    "waf.status": "200",
}  # fmt: skip


def lines(plan: Json) -> Iterator[tuple[str, str]]:
    """Yield a line of each access log whose format is ours, by the address of what writes it."""
    for address, values in _planned(plan, "aws_api_gateway_stage"):
        for settings in values["access_log_settings"]:
            yield address, VARIABLE.sub(lambda found: SAMPLE.get(found[1], TOKEN), settings["format"])


def doubts(plan: Json) -> Iterator[str]:
    """Yield what writes a log whose format is AWS's, and might write the path into it."""
    for kind, is_doubtful in DOUBTFUL.items():
        yield from (address for address, values in _planned(plan, kind) if is_doubtful(values))


def _records_requests(stage: Json) -> bool:
    return bool(stage["xray_tracing_enabled"] or not stage["access_log_settings"])


def _logs_execution(settings: Json) -> bool:
    (said,) = settings["settings"]
    return bool(said["logging_level"] != "OFF" or said["data_trace_enabled"])


def _shows_paths(logging: Json) -> bool:
    return not any(field.get("uri_path") for field in logging["redacted_fields"])


def _keeps_samples(firewall: Json) -> bool:
    shown = [firewall["visibility_config"], *(rule["visibility_config"] for rule in firewall["rule"])]
    return any(each[0]["sampled_requests_enabled"] for each in shown)


DOUBTFUL: dict[str, Callable[[Json], bool]] = {
    "aws_api_gateway_stage": _records_requests,
    "aws_api_gateway_method_settings": _logs_execution,
    "aws_wafv2_web_acl_logging_configuration": _shows_paths,
    "aws_wafv2_web_acl": _keeps_samples,
    "aws_cloudfront_distribution": lambda values: bool(values["logging_config"]),
    "aws_cloudfront_realtime_log_config": lambda values: True,
    "aws_apigatewayv2_stage": lambda values: True,
    "aws_lb": lambda values: True,
}


def _planned(plan: Json, kind: str) -> Iterator[tuple[str, Json]]:
    for each in plan["resource_changes"]:
        if each["type"] == kind and each["change"]["after"]:
            yield each["address"], each["change"]["after"]

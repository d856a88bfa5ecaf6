"""A local API Gateway: find the route, call the authorizer, call the application with a Lambda event.

Chalice's own local gateway does the routing and the policy; what it leaves out is here: paths and
methods nobody declared, tokens that an authorizer rejects, bodies as API Gateway passes them,
and the time limit.
"""

import base64
import json
import logging
import queue
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from chalice import Chalice, CORSConfig
from chalice.local import (
    ForbiddenError,
    InvalidAuthorizerError,
    LambdaContext,
    LambdaEventConverter,
    LocalChalice,
    LocalGatewayAuthorizer,
    MatchResult,
    NotAuthorizedError,
    RouteMatcher,
)

from chalicelib.web import gateway_responses
from chalicelib.web.gateway_responses import GATEWAY_RESPONSES, GatewayResponse

TIME_LIMIT_S = 29.0  # API Gateway's own
MAX_ANSWER_BYTES = 6_291_556  # what Lambda returns at most

log = logging.getLogger("plotihub.gateway")


class GatewayError(Exception):
    """The gateway responds by itself, with ``response`` and additional ``headers``."""

    def __init__(self, response: GatewayResponse, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(response.detail)
        self.response = response
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Routes(RouteMatcher):
    """Routes matched by decoded segments: ``%6de`` is ``me``, and ``%2F`` is a part of a segment."""

    def match_route(self, url: str) -> MatchResult:
        """Return the route of ``url``.

        Raises:
            ValueError: there is none; Chalice's converter expects this.
        """
        path, _, query = url.partition("?")
        given = [unquote(part) for part in path.removesuffix("/").split("/")]
        for route in self.route_urls:
            captured = _captured(route.removesuffix("/").split("/"), given)
            if captured is not None:
                return MatchResult(route, captured, parse_qs(query, keep_blank_values=True))
        raise ValueError("no such path")


class LocalApiGateway:
    def __init__(self, app: Chalice, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._app = _with_a_request_for_each_thread(app)
        self._time_limit_s = time_limit_s
        self._routes = Routes(list(app.routes))
        self._events = LambdaEventConverter(self._routes)
        self._authorizer = LocalGatewayAuthorizer(app)

    def route(self, target: str) -> str | None:
        """Return the declared path that ``target`` falls on, which unlike itself may be logged."""
        try:
            return str(self._routes.match_route(target).route)
        except ValueError:
            return None

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes, request_id: str) -> Answer:
        """Answer one request; ``headers`` have lower-case names. Never raises."""
        try:
            return self._answer(method, target, headers, body, request_id)
        except GatewayError as error:
            return error_response(error, request_id)
        except Exception:
            log.exception("local.gateway.error: the gateway raised an exception", extra={"request_id": request_id})
            return error_response(GatewayError(GATEWAY_RESPONSES["DEFAULT_5XX"]), request_id)

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes, request_id: str) -> Answer:
        route = self.route(target)
        if route is None:
            raise GatewayError(GATEWAY_RESPONSES["MISSING_AUTHENTICATION_TOKEN"])
        methods = self._app.routes[route]
        preflight = self._preflight(route)
        if method not in methods:
            if method == "OPTIONS" and preflight:
                return Answer(200, [*preflight.items(), ("X-Request-Id", request_id)], b"")
            allowed = sorted({*methods, *(["OPTIONS"] if preflight else [])})
            raise GatewayError(gateway_responses.METHOD_NOT_ALLOWED, {"Allow": ", ".join(allowed)})
        event = self._event(method, target, headers, body, request_id)
        return _from_lambda(self._in_time(lambda: self._call(target, event, request_id)))

    def _preflight(self, route: str) -> dict[str, str]:
        """Return the headers of a preflight response; empty if CORS is off, and then there is no OPTIONS."""
        methods = self._app.routes[route]
        configured: list[CORSConfig | None] = [entry.cors for entry in methods.values()]
        cors = next((each for each in configured if each is not None), None)
        if cors is None:
            return {}
        allowed = ",".join([*methods, "OPTIONS"])
        return {**cors.get_access_control_headers(), "Access-Control-Allow-Methods": allowed}

    def _event(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, request_id: str
    ) -> dict[str, Any]:
        event = self._events.create_lambda_event(method=method, path=target, headers=dict(headers), body=None)
        event["requestContext"]["requestId"] = request_id
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        binary = kind in self._app.api.binary_types
        event["isBase64Encoded"] = binary
        # A body of a type that is not declared binary reaches Lambda as text, its other bytes replaced.
        event["body"] = base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace")
        return event

    def _call(self, target: str, event: dict[str, Any], request_id: str) -> dict[str, Any]:
        context = LambdaContext("api", 1769, max_runtime_ms=int(self._time_limit_s * 1000))
        try:
            event, context = self._authorizer.authorize(target.partition("?")[0], event, context)
        except NotAuthorizedError as error:
            raise GatewayError(GATEWAY_RESPONSES["UNAUTHORIZED"]) from error
        except ForbiddenError as error:
            raise GatewayError(GATEWAY_RESPONSES["ACCESS_DENIED"]) from error
        except InvalidAuthorizerError as error:
            raise GatewayError(GATEWAY_RESPONSES["AUTHORIZER_CONFIGURATION_ERROR"]) from error
        except Exception as error:
            if str(error) == "Unauthorized":  # in AWS, only this text means a rejected token
                raise GatewayError(GATEWAY_RESPONSES["UNAUTHORIZED"]) from error
            log.exception(
                "local.gateway.authorizer_error: the authorizer raised an exception", extra={"request_id": request_id}
            )
            raise GatewayError(GATEWAY_RESPONSES["AUTHORIZER_FAILURE"]) from error
        answer: dict[str, Any] = self._app(event, context)
        return answer

    def _in_time(self, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what ``call`` returns, or stop waiting for it: like Lambda, it goes on by itself."""
        result: queue.SimpleQueue[dict[str, Any] | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                result.put(call())
            except Exception as error:  # noqa: BLE001 - raised again in the waiting thread
                result.put(error)

        threading.Thread(target=work, name="lambda", daemon=True).start()
        try:
            done = result.get(timeout=self._time_limit_s)
        except queue.Empty:
            raise GatewayError(GATEWAY_RESPONSES["INTEGRATION_TIMEOUT"]) from None
        if isinstance(done, Exception):
            raise done
        return done


def _with_a_request_for_each_thread(app: Chalice) -> Chalice:
    """Change ``app`` as `chalice local` does: by itself it has one current request for the whole process."""
    if not isinstance(app, LocalChalice):
        app.__class__ = type("ThreadedApp", (LocalChalice, type(app)), {})
    return app


def new_request_id() -> str:
    return str(uuid.uuid4())


def error_response(error: GatewayError, request_id: str) -> Answer:
    headers = {**gateway_responses.problem_headers(error.response, request_id), **error.headers}
    body = json.dumps(gateway_responses.problem_document(error.response, request_id))
    return Answer(error.response.status, list(headers.items()), body.encode())


def _captured(route: list[str], given: list[str]) -> dict[str, str] | None:
    """Return the path parameters when ``given`` falls on ``route``, else None; an empty one is none."""
    if len(route) != len(given):
        return None
    captured = {}
    for expected, part in zip(route, given, strict=True):
        if expected.startswith("{") and expected.endswith("}") and part:
            captured[expected[1:-1]] = part
        elif expected != part:
            return None
    return captured


def _from_lambda(answer: dict[str, Any]) -> Answer:
    body = answer.get("body") or ""
    raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    if len(body) > MAX_ANSWER_BYTES:
        log.error(
            "local.gateway.answer_too_large: the answer is larger than Lambda returns", extra={"bytes": len(body)}
        )
        raise GatewayError(GATEWAY_RESPONSES["DEFAULT_5XX"])
    headers = [(name, str(value)) for name, value in answer.get("headers", {}).items()]
    for name, values in answer.get("multiValueHeaders", {}).items():
        headers += [(name, str(value)) for value in values]
    return Answer(int(answer["statusCode"]), headers, raw)

"""Shared AWS client: calls once, and reports how far a failed call got."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.runtime.ports import NOT_SENT, SENT, UNKNOWN, SendOutcome

BUSY_CODES = {
    "ProvisionedThroughputExceededException",
    "ThrottledException",
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
BUSY_STATUS = {429, 503}


class AwsCallFailed(Exception):
    """An AWS call failed; the subclass states how far it got."""


class AwsUnreachable(AwsCallFailed):
    """Nothing was sent: no connection, no credentials, no such Region."""


class AwsNoResponse(AwsCallFailed):
    """It was sent, at least in part, and may have been carried out."""


class AwsErrorResponse(AwsCallFailed):
    """The service returned an error. ``message`` may contain the input, so never log it."""

    def __init__(self, code: str, message: str, status: int, answer: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.answer = answer

    @property
    def is_busy(self) -> bool:
        return self.code in BUSY_CODES or self.status in BUSY_STATUS


@dataclass(slots=True)
class AwsClient:
    """A client of one service, created at the first call: importing boto3 is slow at a cold start.

    Each call is made once: only the caller knows whether a retry is safe.
    """

    service: str
    connect_timeout_s: int
    read_timeout_s: int
    _instance: Any = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self, operation: str, **arguments: object) -> dict[str, Any]:
        """Call ``operation`` (boto3's method name) and return its response.

        Raises:
            AwsUnreachable, AwsNoResponse, AwsErrorResponse: it failed.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        client = self._client()
        try:
            answer: dict[str, Any] = getattr(client, operation)(**arguments)
        except ClientError as error:
            raise _error_response(error.response) from error
        except (BotoCoreError, ResponseParserError) as error:  # the latter is not a subclass of the former
            raise AwsUnreachable if _was_never_sent(error) else AwsNoResponse from error
        return answer

    def close_connections(self) -> None:
        """Make the next call open a new connection.

        An idle connection may have died while the function was frozen, which shows only after a request has been
        written to it, and then the outcome is unknown. Callers that cannot retry start with a new one.
        """
        with self._lock:
            if self._instance is not None:
                self._instance.close()

    def _client(self) -> Any:
        from botocore.exceptions import BotoCoreError

        with self._lock:
            if self._instance is None:
                try:
                    self._instance = self._make()
                except (BotoCoreError, ValueError) as error:  # the latter: an invalid endpoint
                    raise AwsUnreachable from error
            return self._instance

    def _make(self) -> Any:
        import boto3
        from botocore.config import Config

        limits = Config(
            connect_timeout=self.connect_timeout_s,
            read_timeout=self.read_timeout_s,
            retries={"total_max_attempts": 1},
        )
        # Own session: creating clients from boto3's default session is not thread-safe.
        return boto3.session.Session().client(self.service, config=limits)


def _error_response(answer: dict[str, Any]) -> AwsErrorResponse:
    message = answer.get("Error", {})
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    return AwsErrorResponse(str(message.get("Code", "")), str(message.get("Message", "")), status, answer)


def _was_never_sent(error: BaseException | None) -> bool:
    """Return whether the error is known to precede sending. Any other may have come after."""
    from botocore import exceptions

    unsent = (
        exceptions.EndpointConnectionError,
        exceptions.ConnectTimeoutError,
        exceptions.ProxyConnectionError,
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.NoRegionError,
        exceptions.ParamValidationError,
        ssl.SSLCertVerificationError,
    )
    while error is not None:
        if isinstance(error, unsent):
            return True
        error = error.__cause__ or error.__context__
    return False


def send_and_classify(
    send: Callable[[], dict[str, Any]], classify_refusal: Callable[[str, str], SendOutcome]
) -> SendOutcome:
    """Send a text through an AWS service by ``send`` and return its outcome.

    Args:
        classify_refusal: maps the service's error code and lower-cased message to an outcome. The message may contain
            the address, so nothing of it goes into the outcome.
    """
    try:
        reference = send().get("MessageId")
    except AwsUnreachable:
        return SendOutcome(NOT_SENT, reason="not_reached")
    except AwsNoResponse:
        return SendOutcome(UNKNOWN, reason="no_answer")
    except AwsErrorResponse as error:
        return _classify_error(error, classify_refusal)
    return (
        SendOutcome(SENT, provider_reference=reference)
        if reference
        else SendOutcome(UNKNOWN, reason="unreadable_answer")
    )


def _classify_error(error: AwsErrorResponse, classify_refusal: Callable[[str, str], SendOutcome]) -> SendOutcome:
    if error.is_busy:
        return SendOutcome(NOT_SENT, reason="busy")
    if error.status >= 500:  # it failed after reading the text, so the outcome is unknown
        return SendOutcome(UNKNOWN, reason=f"http_{error.status}")
    return classify_refusal(error.code, error.message.lower())

"""What the adapters of AWS share: clients that never try again by themselves, and what a failed call came to."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.messaging.ports import NOT_SENT, REFUSED, UNKNOWN, Outcome

BUSY = {"Throttled", "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException"}
BUSY_STATUS = {429, 503}


@dataclass(slots=True)
class Client:
    """A client of one service, made at the first call: boto3 is dear at a cold start.

    Each call is made once: whether it may be made again is for its caller to know.
    """

    service: str
    connect_timeout_s: int
    read_timeout_s: int
    _made: Any = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self, operation: str, **arguments: object) -> dict[str, Any]:
        """Call ``operation`` (in boto3's spelling) and return its answer.

        Raises:
            BotoCoreError, ClientError: as boto3 does.
        """
        answer: dict[str, Any] = getattr(self._client(), operation)(**arguments)
        return answer

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                import boto3
                from botocore.config import Config

                limits = Config(
                    connect_timeout=self.connect_timeout_s,
                    read_timeout=self.read_timeout_s,
                    retries={"total_max_attempts": 1},
                )
                # A session of its own: making a client of boto3's common one is not safe between threads.
                self._made = boto3.session.Session().client(self.service, config=limits)
            return self._made


def outcome_of_call(call: Callable[[], str], refusal: Callable[[str, str], Outcome]) -> Outcome:
    """Make ``call``, which returns the provider's reference, and tell what came of it. Raises nothing that AWS does.

    Args:
        refusal: what the service's own error comes to, by its code and text. The text may name the
            address, so it goes into no outcome.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return Outcome("sent", provider_reference=call())
    except ClientError as error:
        return _of_answer(error.response, refusal)
    except BotoCoreError as error:
        return _of_failure(error)


def _of_answer(answer: dict[str, Any], refusal: Callable[[str, str], Outcome]) -> Outcome:
    told = answer.get("Error", {})
    code, status = str(told.get("Code", "")), answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in BUSY or status in BUSY_STATUS:
        return Outcome(NOT_SENT, reason="busy")
    if status >= 500:  # it failed after it had read the text: who knows how far it had come
        return Outcome(UNKNOWN, reason=f"http_{status}")
    return refusal(code, str(told.get("Message", "")))


def _of_failure(error: Exception) -> Outcome:
    """Tell a call that never left us from one that may have arrived."""
    from botocore import exceptions

    never_connected = (
        exceptions.EndpointConnectionError,
        exceptions.ConnectTimeoutError,
        exceptions.ProxyConnectionError,
    )
    unsigned = (exceptions.NoCredentialsError, exceptions.CredentialRetrievalError, exceptions.NoRegionError)
    if isinstance(error, (*never_connected, *unsigned)) or _is_bad_certificate(error):
        return Outcome(NOT_SENT, reason="no_credentials" if isinstance(error, unsigned) else "not_reached")
    if isinstance(error, exceptions.ParamValidationError):
        return Outcome(REFUSED, reason="bad_request")
    return Outcome(UNKNOWN, reason="no_answer")


def _is_bad_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False

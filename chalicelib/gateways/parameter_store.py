"""A secret in AWS Systems Manager's Parameter Store."""

import threading
import time
from dataclasses import dataclass, field

from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsCallFailed, AwsClient, AwsErrorResponse

TIMEOUT_S = 3
TTL_S = 300
TTL_AFTER_FAILURE_S = 60


@dataclass(slots=True)
class CachedParameter:
    """The value of the parameter ``name``, cached for ``TTL_S``; not part of the object's repr."""

    name: str
    client: AwsClient = field(default_factory=lambda: AwsClient("ssm", TIMEOUT_S, TIMEOUT_S), repr=False)
    ttl_s: int = TTL_S
    _value: str = field(default="", repr=False)
    _expires_at: float = field(default=0, repr=False)  # of the monotonic clock
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self) -> str:
        """Return the value. If the store is unavailable, the last known value is used for a while longer.

        Raises:
            Unavailable: it is unavailable and no value is known, or there is no such parameter.
        """
        with self._lock:
            if time.monotonic() >= self._expires_at:
                self._read()
            return self._value

    def _read(self) -> None:
        try:
            answer = self.client("get_parameter", Name=self.name, WithDecryption=True)
        except AwsCallFailed as error:
            if isinstance(error, AwsErrorResponse) and error.code == "ParameterNotFound":
                raise Unavailable(f"There is no parameter {self.name} in Parameter Store.") from error
            if not self._value:
                raise Unavailable(f"The parameter {self.name} could not be read from Parameter Store.") from error
            self._expires_at = time.monotonic() + TTL_AFTER_FAILURE_S
            return
        self._value = str(answer["Parameter"]["Value"]).strip()
        self._expires_at = time.monotonic() + self.ttl_s

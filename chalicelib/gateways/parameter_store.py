"""A secret in AWS Systems Manager's Parameter Store."""

import threading
import time
from dataclasses import dataclass, field

from chalicelib.errors import Unavailable
from chalicelib.gateways.aws import Answered, CallFailed, Client

TIMEOUT_S = 3
KEPT_S = 300
KEPT_AFTER_A_FAILURE_S = 60


@dataclass(slots=True)
class Parameter:
    """The value of the parameter ``name``, kept for ``KEPT_S``; no text of this object tells it."""

    name: str
    client: Client = field(default_factory=lambda: Client("ssm", TIMEOUT_S, TIMEOUT_S), repr=False)
    kept_s: int = KEPT_S
    _value: str = field(default="", repr=False)
    _until: float = field(default=0, repr=False)  # of the monotonic clock
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self) -> str:
        """Return the value. Where the store does not answer, the last one known is good for a while longer.

        Raises:
            Unavailable: it does not answer and none is known, or there is no such parameter.
        """
        with self._lock:
            if time.monotonic() >= self._until:
                self._read()
            return self._value

    def _read(self) -> None:
        try:
            answer = self.client("get_parameter", Name=self.name, WithDecryption=True)
        except CallFailed as error:
            if isinstance(error, Answered) and error.code == "ParameterNotFound":
                raise Unavailable(f"There is no parameter {self.name} in Parameter Store.") from error
            if not self._value:
                raise Unavailable(f"The parameter {self.name} could not be read from Parameter Store.") from error
            self._until = time.monotonic() + KEPT_AFTER_A_FAILURE_S
            return
        self._value = str(answer["Parameter"]["Value"]).strip()
        self._until = time.monotonic() + self.kept_s

"""What the canary asks every few minutes, from outside: is this Region well? The release's smoke test asks the same.

CloudWatch Synthetics calls ``handler``; a run has failed where that raises. `make package` zips this file as Synthetics
wants it, and nothing comes with it: only the standard library may be used here.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_WritingCanary_Python.html
"""

import json
import os
import urllib.request
from typing import Any

PATHS = ("/health", "/health/deep")  # the second reads the database, and leaves the writer out
TIMEOUT_S = 20  # for each: together under the run's own time-out


class Ill(Exception):
    """The Region does not say that it is well; the message tells what it says instead, for each path."""


def handler(event: Any, context: Any) -> str:
    """Ask ``HEALTH_URL``, and all paths though the first be ill: what else answers tells where to look.

    Raises:
        Ill: one of them does not answer in time, with an error, or otherwise than "ok".
    """
    url = os.environ["HEALTH_URL"]
    told = {path: _ask(f"{url}{path}") for path in PATHS}
    if set(told.values()) != {"ok"}:
        raise Ill(json.dumps(told))
    return json.dumps(told)


def _ask(url: str) -> str:
    """Return the status that ``url`` tells, or what went wrong in asking."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - of our own settings
            return str(json.load(answer)["status"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        return f"{type(error).__name__}: {error}"

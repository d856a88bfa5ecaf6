"""Whether the world is told of the estate's zone: before that no certificate is proven, and Terraform waits in vain."""

import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any

from terraform.deploying.stacks import Stopped
from terraform.deploying.terminal import agreed, tell

# Over HTTPS, since the standard library asks for no name servers.
# https://developers.google.com/speed/public-dns/docs/doh/json
RESOLVER = "https://dns.google/resolve"
TIMEOUT_S = 10
NS = 2  # the kind of record, by its number


def public_servers(zone: str) -> set[str]:
    """Return the name servers that anybody is told for ``zone``; none while it is not delegated.

    Raises:
        OSError: the resolver does not answer.
        ValueError: it answers what is no JSON.
    """
    question = urllib.parse.urlencode({"name": zone, "type": "NS"})
    with urllib.request.urlopen(f"{RESOLVER}?{question}", timeout=TIMEOUT_S) as answer:  # noqa: S310 - made here
        return servers_in(json.load(answer))


def servers_in(answer: dict[str, Any]) -> set[str]:
    return {_plain(record["data"]) for record in answer.get("Answer", []) if record["type"] == NS}


def check(zone: str, servers: Iterable[str], *, ask: bool, look_up: Callable[[str], set[str]] = public_servers) -> None:
    """See that ``zone`` is looked for at ``servers``; where that cannot be found out, take somebody's word.

    Raises:
        Stopped: it is looked for elsewhere, or nowhere; the message says what to do.
    """
    wanted = {_plain(server) for server in servers}
    try:
        delegated = bool(look_up(zone) & wanted)  # one is enough: whoever has entered some has been here
    except (OSError, ValueError) as error:
        tell(f"Who answers for {zone} could not be looked up: {error!r}")
        delegated = not ask or agreed(f"Does its registrar point to {', '.join(sorted(wanted))}?")
    if not delegated:
        raise Stopped(
            f"{zone} is not delegated yet. Enter these name servers at its registrar, wait until `dig NS {zone}` tells"
            f" them, and run the same command again:\n  " + "\n  ".join(sorted(wanted))
        )


def _plain(server: str) -> str:
    return server.rstrip(".").lower()

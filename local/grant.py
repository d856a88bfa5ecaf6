"""Let an organisation of this machine send more, as the function ``grant`` does in AWS.

``make grant ORG=… KIND=messaging BY=Amina [DAILY=…] [TENANT_DAILY=…] [MONTHLY=…] [NOTE=…]``,
``make grant ORG=… KIND=sender_name NAME=ACME BY=Amina``, ``make grant ORG=… REVOKE=messaging BY=Amina``; with
nothing it lists what is granted.
"""

import os
import sys
from typing import Any

from chalicelib import bootstrap, config
from chalicelib.errors import DomainError
from chalicelib.messaging.grant_jobs import FIELDS, grant
from chalicelib.runtime.resources import provide
from chalicelib.storage import migrate
from chalicelib.web import logs
from local.state import Home


def main() -> None:
    options = dict(read(word) for word in sys.argv[1:])
    home = Home.of_settings()
    if "DATABASE_URL" not in os.environ and not home.database.exists():
        sys.exit(f"there are no data in {home.path} yet; make them with: make run")
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # the lines below report what was done
    migrate.upgrade(config.settings().database_url)
    logs.configure_logging()
    provide(bootstrap.providers())
    print("\n".join(lines(options)))


def lines(options: dict[str, str]) -> list[str]:
    """Apply the command and return the grants in effect, one on each line.

    Raises:
        SystemExit: it cannot be done; its message says why.
    """
    try:
        granted = grant(options, None)["grants"]
    except DomainError as error:
        wrong = [f"{each['field']}: {each['why']}" for each in error.facts.get("errors", [])]
        sys.exit("; ".join(wrong) or error.detail)
    mine = [each for each in granted if each["organisation"] == options.get("organisation", each["organisation"])]
    return [line(each) for each in mine] or ["nothing is granted"]


def read(word: str) -> tuple[str, str]:
    """Return name and value of ``ORG=…``."""
    name, equals, value = word.partition("=")
    name = "organisation" if name == "ORG" else name.lower()
    if not equals or name not in FIELDS:
        known = ", ".join(sorted("ORG" if each == "organisation" else each.upper() for each in FIELDS))
        sys.exit(f"say it as NAME=value; the names are: {known}")
    return name, value


def line(granted: dict[str, Any]) -> str:
    """Return one grant as it is printed."""
    if granted["kind"] == "sender_name":
        what = f"sends under {granted['name']}"
    else:
        what = f"{granted['daily']} SMS a day, {granted['tenant_daily']} a tenant, KES {granted['monthly']} a month"
    whose = f"{granted['organisation']} {granted['organisation_name']}"
    return f"{whose}: {granted['kind']}, {what}; by {granted['by']} at {granted['at']}"


if __name__ == "__main__":
    main()

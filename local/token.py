"""Print an ID token for a phone number from the run that is on: ``make token PHONE=+254700000001``."""

import sys

from chalicelib import phones
from chalicelib.errors import Invalid
from local.state import Home


def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("say whose: make token PHONE=+254700000001")
    try:
        phone = phones.parse_phone(sys.argv[1])
    except Invalid as error:
        sys.exit(f"{sys.argv[1]}: {error.facts['errors'][0]['why']}")
    print(Home.of_settings().running().emulator.token_for(phone))


if __name__ == "__main__":
    main()

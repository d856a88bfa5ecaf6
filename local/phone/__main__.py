"""Serve the phones: ``python -m local.phone [API's address]``. PHONE_PORT says where (8001)."""

import os
import sys

from chalicelib.web import logs
from local import processes
from local.phone.callbacks import Callbacks
from local.phone.provider import Provider
from local.phone.server import PhoneServer
from local.phone.store import Store
from local.state import AFRICASTALKING_USERNAME, Home

DEFAULT_API = "http://127.0.0.1:8000"


def main() -> None:
    """Serve until stopped; as a child of ``local.run`` (--child) also until that ends."""
    logs.configure_logging()
    arguments = [each for each in sys.argv[1:] if each != "--child"]
    if "--child" in sys.argv[1:]:
        processes.end_with_parent()
    stopped = processes.on_stop_signal()
    home, port = Home.of_settings(), os.environ.get("PHONE_PORT", "8001")
    secrets = home.secrets()
    api = arguments[0] if arguments else DEFAULT_API
    provider = Provider(
        Store(home.phone),
        Callbacks(f"{api}/v1/callbacks/africastalking/{secrets.callback_token}"),
        username=AFRICASTALKING_USERNAME,
        api_key=secrets.africastalking_api_key,
    )
    try:
        server = PhoneServer(provider, int(port), aws_url=os.environ.get("AWS_ENDPOINT_URL", ""))
    except (OSError, ValueError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        sys.exit(f"the phones cannot listen on port {port}: {why}; set PHONE_PORT")
    with server.running() as url:
        print(url, flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()

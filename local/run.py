"""`make run`: everything that the API needs on this machine, started in order and ended together.

Children: the AWS emulator, the API server, the simulated phones, the runner of schedules and queues.
State lies in ``.local/`` (PLOTIHUB_HOME), the database there too unless DATABASE_URL names another.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Mapping

from chalicelib import config
from chalicelib.storage import migrate
from local import demo, emulator, processes
from local.demo import OWNER_PHONE
from local.env import environment
from local.state import Home

POLL_S = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.run", description="Run Plotihub on this machine.")
    parser.add_argument("--reset", action="store_true", help="delete its data and keys first")
    parser.add_argument("--empty", action="store_true", help="make no demo organisation in a new database")
    arguments = parser.parse_args()
    os.umask(0o077)  # a folder that was there before may be open to others; what we put into it is not
    home = Home.of_settings()
    with home.locked():
        if arguments.reset:
            home.delete_data()
        sys.exit(run(home, with_demo=not arguments.empty))


def run(home: Home, *, with_demo: bool) -> int:
    """Start all, print how to use it, and wait; return the exit status: 0 if it was asked to stop."""
    stopped = processes.on_stop_signal()
    started = time.monotonic()
    with contextlib.ExitStack() as running:
        aws, child = emulator.start()
        running.callback(processes.stop, child)
        children = {"emulator": child}

        def start(name: str, module: str, *arguments: str, env: Mapping[str, str] = os.environ) -> str:
            children[name] = processes.start(module, "--child", *arguments, env=env)
            running.callback(processes.stop, children[name])
            return processes.first_line(children[name])

        os.environ.update(environment(home, aws))
        prepare(home, aws, with_demo=with_demo)
        url = start("server", "local.server")
        phone_url = start("phones", "local.phone", url)
        os.environ["AFRICASTALKING_URL"] = phone_url
        # The runner polls all the time and would log that: only its warnings are shown.
        start("runner", "local.runner", env={"LOG_LEVEL": "WARNING", **os.environ})
        home.note(url, phone_url, aws)
        running.callback(home.delete_run_file)
        print_instructions(home, url, phone_url, aws.token_for(OWNER_PHONE), start_s=time.monotonic() - started)
        while not stopped.wait(POLL_S):
            for name, child in children.items():
                if child.poll() is not None:
                    print(f"the {name} ended with status {child.returncode}; stopping", file=sys.stderr)
                    return 1
    return 0


def prepare(home: Home, aws: emulator.Emulator, *, with_demo: bool) -> None:
    """Migrate the database to the newest schema; a new one of our own gets the demo data."""
    if with_demo and "DATABASE_URL" not in os.environ and not home.database.exists():
        print("Making the demo organisation, once ...", flush=True)
        demo.seed(home.database, aws)
    migrate.upgrade(config.settings().database_url)


def print_instructions(home: Home, url: str, phone_url: str, token: str, *, start_s: float) -> None:
    """Print addresses, token and what to try."""
    print(
        f"""
Plotihub answers at {url} (started in {start_s:.1f} s). Ctrl-C stops it; data: {home.path}
The tenants' phones, which get its SMS and can answer: {phone_url}

A token for {OWNER_PHONE}, good for {emulator.TOKEN_LASTS_S // 3600} hours (a new one: make token PHONE={OWNER_PHONE}):

TOKEN={token}

Try:

  curl {url}/health
  curl -H "Authorization: Bearer $TOKEN" {url}/v1/reports/arrears
  curl -H "Authorization: Bearer $TOKEN" {url}/v1/ledger/proof

and {url}/docs in a browser.
""",
        flush=True,
    )


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, ValueError) as error:  # a child that did not start, a setting that cannot be read
        sys.exit(str(error))

"""Child processes that cannot outlive us: each ends when the pipe to its parent closes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping

STOP_TIMEOUT_S = 10

Child = subprocess.Popen[str]


def start(module: str, *arguments: str, env: Mapping[str, str]) -> Child:
    """Run ``python -m module``; its first line of output says that it is ready (``first_line``)."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches us alone, and we end the children in order
    )


def first_line(child: Child) -> str:
    """Wait for the child's first line and return it.

    Raises:
        RuntimeError: it ended before it was ready; the reason is on standard error.
    """
    line = child.stdout.readline().strip() if child.stdout else ""
    if not line:
        raise RuntimeError(f"{child.args!r} ended with status {child.wait()} before it was ready")
    return line


def stop(child: Child) -> None:
    """Terminate the child, and kill it if it does not end."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def end_with_parent() -> None:
    """In a child: treat the end of standard input, which means that the parent ended, as SIGTERM."""

    def wait() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()


def on_stop_signal() -> threading.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    return stopped

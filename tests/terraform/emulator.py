"""AWS on loopback for a real apply: moto's server in a process of its own, with its gaps filled.

`python -m tests.terraform.emulator` prints its address and stays until its standard input closes. What it holds is
that process's, and goes with it.
"""

import contextlib
import json
import logging
import os
import socket
import sys
import threading
import traceback
import urllib.request
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

from local import processes

Environ = dict[str, Any]
MAX_KEPT = 500  # answers, for who asks again
CONTROL, KEPT, CUT_OFF = "/-/", "kept", "cut-off/"


class Answer(NamedTuple):
    body: Iterable[bytes]
    status: str
    headers: Headers


class Gate:
    """Before moto: cuts Regions off, and says what moto cannot do as an error that no client tries again."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._cut_off: set[str] = set()
        self._asked: Counter[str] = Counter()
        self._done: OrderedDict[str, Answer] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith(CONTROL):
            return self._control(path.removeprefix(CONTROL), start_response)
        region, service = _scope(environ)
        self._asked[region] += 1
        if region in self._cut_off:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError(f"{region} answers nothing")
        try:
            return self._answer(environ, start_response, region, service)
        except Exception as error:  # noqa: BLE001 - whatever it is, Terraform is to end with it
            said = "".join(traceback.format_exception(error, limit=-1, chain=False))
            print(f"{service}: {said}", file=sys.stderr, flush=True)
            return _tell(start_response, "400 Bad Request", {"__type": "NotEmulated", "message": said})

    def _answer(self, environ: Environ, start_response: Any, region: str, service: str) -> Iterable[bytes]:
        from tests.terraform import gaps

        if service not in gaps.SERVICES:
            with self._one_at_a_time:  # moto loses changes that meet
                return self._once(environ, start_response)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.loads(environ["wsgi.input"].read(length) or b"{}")
        answer = gaps.SERVICES[service](environ["REQUEST_METHOD"], environ["PATH_INFO"], region, body)
        return _tell(start_response, "200 OK", answer)

    def _once(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Do the call, unless it has been done and its caller, whose connection broke, asks again for the answer.

        Else what was taken away by the first time is missing at the second: "the rule does not exist".
        """
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        answer = self._done.get(call)
        if answer is None:
            # All of it at once: what is wrong is then known before anything has been sent.
            answer = Answer(*run_wsgi_app(self._application, environ, buffered=True))
            if call and answer.status.startswith("2"):
                self._done[call] = answer
            if len(self._done) > MAX_KEPT:
                self._done.popitem(last=False)
        else:
            print(f"asked again: {_scope(environ)} {environ['PATH_INFO']}", file=sys.stderr, flush=True)
        start_response(answer.status, list(answer.headers))
        return answer.body

    def _control(self, wish: str, start_response: Any) -> Iterable[bytes]:
        from tests.terraform import gaps

        if wish == KEPT:
            return _tell(start_response, "200 OK", gaps.kept())
        asked, self._asked = self._asked, Counter()
        self._cut_off = set(filter(None, wish.removeprefix(CUT_OFF).split(",")))
        return _tell(start_response, "200 OK", dict(asked))


def _scope(environ: Environ) -> tuple[str, str]:
    """Return the Region and the service that a call is signed for."""
    scope = environ.get("HTTP_AUTHORIZATION", "").split(",")[0].split("/")
    return (scope[2], scope[3]) if len(scope) > 3 else ("", "")


def _tell(start_response: Any, status: str, said: object) -> Iterable[bytes]:
    body = json.dumps(said).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def cut_off(url: str, *regions: str) -> dict[str, int]:
    """Let ``regions`` answer nothing, and all others again; return how often each was asked since the last time."""
    told: dict[str, int] = _ask(url, CUT_OFF + ",".join(regions))
    return told


def kept(url: str) -> list[str]:
    """Return what the emulator holds that is not moto's, by kind and name."""
    told: list[str] = _ask(url, KEPT)
    return told


def _ask(url: str, wish: str) -> Any:
    with urllib.request.urlopen(f"{url}{CONTROL}{wish}", timeout=10) as answer:
        return json.load(answer)


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Run an emulator and give its address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    child = processes.start("tests.terraform.emulator", env=environment)
    try:
        yield processes.first_line(child)
    finally:
        processes.stop(child)


def main() -> None:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from tests.terraform import gaps

    def create(service: Any) -> Any:
        application = create_backend_app(service)
        application.testing = True  # what goes wrong in it comes out of it
        return application

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else a line for every call
    processes.end_with_parent()
    stopped = processes.on_stop_signal()
    gaps.fill()
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = make_server(
        "127.0.0.1", port, Gate(DomainDispatcherApplication(create)), threaded=True, request_handler=MotoRequestHandler
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    stopped.wait()
    server.shutdown()


if __name__ == "__main__":
    main()

"""The simulated phones on a free port, and somebody in the API's place who keeps what they post."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from chalicelib.clock import Clock
from local.phone.callbacks import Callbacks
from local.phone.provider import Provider
from local.phone.server import PhoneServer
from local.phone.store import Store

USERNAME, API_KEY = "sandbox", "the-key"


@dataclass(slots=True)
class Receiver:
    """Takes callbacks in the API's place: ``answers`` has the status and text for each last word of a path."""

    url: str = ""
    got: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    answers: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def answer(self, path: str, kind: str, raw: bytes) -> tuple[int, str]:
        what = path.rpartition("/")[2]
        self.got.append((what, kind, dict(urllib.parse.parse_qsl(raw.decode(), keep_blank_values=True))))
        queued = self.answers.get(what, [])
        return queued.pop(0) if queued else (200, "")

    def forms(self, what: str) -> list[dict[str, str]]:
        return [form for word, _, form in self.got if word == what]


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, text = receiver.answer(self.path, self.headers["Content-Type"], body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/v1/callbacks/africastalking/secret"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, slots=True)
class Phones:
    """The phones' server, from outside."""

    url: str
    provider: Provider

    def send(self, to: str, text: str, **changed: str) -> tuple[int, Any]:
        """Ask the provider to send, as the API does; ``key`` stands for the header."""
        key = changed.pop("key", API_KEY)
        form = {"username": USERNAME, "to": to, "message": text, "from": "PLOTI", "bulkSMSMode": "1", **changed}
        data = urllib.parse.urlencode({name: value for name, value in form.items() if value}).encode()
        headers = {"apiKey": key, "Accept": "application/json"}
        return self._ask(urllib.request.Request(f"{self.url}/version1/messaging", data, headers))

    def get(self, path: str) -> Any:
        status, content = self._ask(urllib.request.Request(self.url + path))
        assert status == 200, content
        return content

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Ask as the page does."""
        kind = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self._ask(urllib.request.Request(self.url + path, json.dumps(body).encode(), kind))

    def act(self, number: str, what: str, **body: Any) -> Any:
        """Do what the page does for a number, successfully."""
        status, content = self.post(f"/api/numbers/{urllib.parse.quote(number)}/{what}", body)
        assert status < 300, content
        return content

    @staticmethod
    def _ask(request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status), _read(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, _read(refused.read())


@contextlib.contextmanager
def phones(callbacks_url: str, file: Path | str = ":memory:", *, clock: Clock | None = None) -> Iterator[Phones]:
    """Serve phones whose provider calls back at once."""
    callbacks = Callbacks(callbacks_url)
    provider = Provider(Store(file), callbacks, username=USERNAME, api_key=API_KEY, clock=clock, report_after_s=0.05)
    with PhoneServer(provider, 0).running() as url:
        yield Phones(url, provider)


def eventually(found: Callable[[], Any], *, within_s: float = 10.0) -> Any:
    """Return what ``found`` returns once that is something."""
    end = time.monotonic() + within_s
    while not (answer := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
    return answer


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()

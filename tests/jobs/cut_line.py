"""A line to the database that a test can cut: a proxy on loopback that drops every connection while it is cut."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from sqlalchemy import make_url


class CutLine:
    """Passes on what comes; ``cut`` drops what is open, as a failover or a lost network would; ``mend`` ends that."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._cut = False
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._cut = True
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def mend(self) -> None:
        self._cut = False

    def close(self) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return  # closed
            if self._cut:
                here.close()
                continue
            there = socket.create_connection(self._there)
            self._open += [here, there]
            for source, target in ((here, there), (there, here)):
                threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cut_line(url: str) -> Iterator[tuple[CutLine, str]]:
    """Yield a line to the MariaDB at ``url``, and the address that leads over it."""
    parsed = make_url(url)
    line = CutLine(str(parsed.host), int(parsed.port or 3306))
    try:
        yield line, parsed.set(port=line.port).render_as_string(hide_password=False)
    finally:
        line.close()

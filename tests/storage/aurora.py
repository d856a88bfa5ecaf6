"""A stand-in for Aurora on loopback: it speaks as much of MySQL's protocol as logging in by IAM takes.

It offers TLS, asks for the token in clear by switching to mysql_clear_password, as AWSAuthenticationPlugin does, and
answers every question with a row. https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
"""

import contextlib
import datetime as dt
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SSL = 0x800
ABILITIES = 0x1 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x80000  # among them: protocol 4.1, plugins
OK = b"\x00\x00\x00\x02\x00\x00\x00"
END = b"\xfe\x00\x00\x02\x00"


@dataclass
class Aurora:
    """``logins``: user and token of each who came; ``questions``: what was asked since."""

    offers_tls: bool
    context: ssl.SSLContext
    read_only: bool = False
    port: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    in_clear: list[bytes] = field(default_factory=list)  # what came before there was TLS

    def serve(self, connection: socket.socket) -> None:
        line = _Line(connection)
        abilities = ABILITIES | (SSL if self.offers_tls else 0)
        low, high = struct.pack("<I", abilities)[:2], struct.pack("<I", abilities)[2:]
        hello = b"\x0a8.0.39\x00" + b"\x01\x00\x00\x00" + b"12345678\x00" + low + b"\x2d\x02\x00" + high + b"\x15"
        line.put(hello + bytes(10) + b"123456789012\x00" + b"mysql_native_password\x00")
        packet = line.read_packet()
        if len(packet) > 32:  # no SSLRequest, but the whole response
            self.in_clear.append(packet)
            return
        with self.context.wrap_socket(connection, server_side=True) as line.connection:
            self._serve_privately(line)

    def _serve_privately(self, line: "_Line") -> None:
        user = line.read_packet()[32:].split(b"\x00")[0].decode()
        line.put(b"\xfemysql_clear_password\x00")
        self.logins.append((user, line.read_packet().rstrip(b"\x00").decode()))
        line.put(OK)
        while (command := line.read_packet())[:1] != b"\x01":
            line.begin()
            self._answer(line, command)

    def _answer(self, line: "_Line", command: bytes) -> None:
        question = command[1:].decode()
        self.questions.append(question)
        if command[:1] != b"\x03" or not question.upper().startswith(("SELECT", "SHOW")):
            line.put(OK)
            return
        values = ["8.0.39" if "VERSION()" in question else "1"]
        if "read_only" in question:
            values = [str(int(self.read_only)), "0"]
        line.put(bytes([len(values)]))
        for _ in values:
            name = b"\x03def\x00\x00\x00\x01x\x01x"
            line.put(name + b"\x0c\x2d\x00" + struct.pack("<I", 255) + b"\xfd" + bytes(5))
        line.put(END)
        line.put(b"".join(bytes([len(value)]) + value.encode() for value in values))
        line.put(END)


@dataclass
class _Line:
    """Packets with their numbers."""

    connection: socket.socket
    number: int = 0

    def begin(self) -> None:
        self.number = 1

    def put(self, body: bytes) -> None:
        self.connection.sendall(struct.pack("<I", len(body))[:3] + bytes([self.number % 256]) + body)
        self.number += 1

    def read_packet(self) -> bytes:
        head = self._read(4)
        self.number = head[3] + 1
        return self._read(int.from_bytes(head[:3], "little"))

    def _read(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = self.connection.recv(count - len(found))
            if not more:
                raise ConnectionError
            found += more
        return found


@contextlib.contextmanager
def aurora(folder: Path, *, name: str = "localhost", offers_tls: bool = True) -> Iterator[Aurora]:
    """Serve one on loopback, its certificate of ``folder``/ca.pem made out to ``name``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder, name))
    running = Aurora(offers_tls, context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running.port = listening.getsockname()[1]
        thread = threading.Thread(target=_accept, args=(listening, running), daemon=True)
        thread.start()
        yield running
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _accept(listening: socket.socket, running: Aurora) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return  # it was closed
        threading.Thread(target=_serve, args=(connection, running), daemon=True).start()


def _serve(connection: socket.socket, running: Aurora) -> None:
    with connection, contextlib.suppress(OSError):  # whoever came has left, or does not trust us
        running.serve(connection)


def certificate(folder: Path, name: str) -> Path:
    """Make an authority (ca.pem) and a certificate of its for ``name``; return the file of the latter."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
    now = dt.datetime.now(dt.UTC)

    def build_certificate(subject: x509.Name, of: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(of.public_key())
        number = x509.random_serial_number()
        return (
            builder.serial_number(number)
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
        )

    root = build_certificate(issuer, authority).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    (folder / "ca.pem").write_bytes(root.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    served = build_certificate(subject, key).add_extension(names, critical=False)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(served.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + private)
    return file

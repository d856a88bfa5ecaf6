"""TLS: who cannot prove to be the vendor is told nothing."""

import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.gateways.http_post import Unreachable, post
from tests.gateways.vendor import Vendor, answering


def certificate(folder: Path, host: str) -> Path:
    """Make a certificate of ``host`` that signs itself; return the file of it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    issued = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{host}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + issued.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_things:
        yield open_things


def secured(stack: ExitStack, file: Path) -> Vendor:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return stack.enter_context(Vendor(answering(201, b"taken"), tls=context).running())


def posted(url: str) -> tuple[int, bytes]:
    return post(url + "/x", b"a=b", {"Accept": "text/plain"}, connect_timeout_s=0.5, timeout_s=5)


def test_a_vendor_with_a_good_certificate_is_asked(
    stack: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "localhost")
    vendor = secured(stack, file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert posted(vendor.url) == (201, b"taken")
    assert [each.body for each in vendor.posted] == [b"a=b"]


def test_a_certificate_that_nobody_vouches_for_is_told_nothing(stack: ExitStack, tmp_path: Path) -> None:
    vendor = secured(stack, certificate(tmp_path, "localhost"))
    with pytest.raises(Unreachable):
        posted(vendor.url)
    assert vendor.posted == []


def test_a_certificate_of_another_host_is_told_nothing(
    stack: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "elsewhere.example")
    vendor = secured(stack, file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(Unreachable):
        posted(vendor.url)
    assert vendor.posted == []


def test_who_accepts_and_speaks_no_tls_is_given_up(stack: ExitStack) -> None:
    mute = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    with pytest.raises(Unreachable):
        posted(f"https://localhost:{mute.getsockname()[1]}")

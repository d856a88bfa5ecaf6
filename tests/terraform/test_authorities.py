"""Fetching RDS's authorities: from somebody who is not AWS nothing is written."""

import contextlib
import datetime as dt
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from terraform.packaging import authorities

DAY = dt.timedelta(days=1)


def certificate(owner: str = authorities.OWNER, *, ca: bool = True, days: int = 100) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner),
            x509.NameAttribute(NameOID.COMMON_NAME, "Amazon RDS eu-west-1 Root CA RSA2048 G1"),
        ]
    )
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - 200 * DAY).not_valid_after(now + days * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


@contextlib.contextmanager
def serving(body: bytes) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/global-bundle.pem"
        server.shutdown()
        thread.join()


def test_every_authority_is_written_as_it_came(tmp_path: Path) -> None:
    bundle = certificate() + certificate()
    with serving(bundle) as url:
        assert authorities.fetch(url, tmp_path / "bundle.pem") == 2
    assert (tmp_path / "bundle.pem").read_bytes() == bundle


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"<html>sign in to the network</html>", "holds no certificates"),
        (b"", "holds no certificates"),
        (certificate("Somebody Else, Inc."), "is no authority"),
        (certificate(ca=False), "is no authority"),
        (certificate(days=-1), "has run out"),
    ],
    ids=["page", "nothing", "foreign", "leaf", "expired"],
)
def test_one_bad_certificate_spoils_all(tmp_path: Path, bad: bytes, says: str) -> None:
    file = tmp_path / "bundle.pem"
    file.write_text("what was there")
    whole = certificate() + bad if bad.startswith(b"-----") else bad
    with serving(whole) as url, pytest.raises(authorities.Refused, match=says):
        authorities.fetch(url, file)
    assert file.read_text() == "what was there"


def test_it_is_asked_of_aws_over_tls() -> None:
    assert authorities.URL.startswith("https://truststore.pki.rds.amazonaws.com/")

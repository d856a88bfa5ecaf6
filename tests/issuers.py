"""An issuer of tokens with keys of its own, whose key set is served on loopback, can fall silent and can grow."""

import contextlib
import http.server
import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from chalicelib.config import TokenIssuer
from chalicelib.runtime.ports import PASSWORDLESS

NO_CLAIM = object()


@dataclass
class FakeIssuer:
    """Signs with ``key_id``; ``answers`` counts the fetches of its key set."""

    name: str
    jwks_url: str = ""
    key_id: str = "first"
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    answers: int = 0
    silent_s: float = 0
    broken: bool = False
    empty: bool = False  # tells a set without a key

    def setting(self) -> TokenIssuer:
        return TokenIssuer(
            issuer=f"https://issuer.example/{self.name}", audience=f"app-{self.name}", jwks_url=self.jwks_url
        )

    def claims(self, phone: str, **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        usual = {
            "iss": self.setting().issuer,
            "aud": self.setting().audience,
            "sub": "b4bf400d-f0a2-4b8c-b6e2-baa56367a7f2",
            "token_use": "id",
            "iat": now,
            "auth_time": now,
            "exp": now + 600,
            "phone_number": phone,
            "phone_number_verified": "true",
            "cognito:groups": [PASSWORDLESS],
        }
        return {name: value for name, value in (usual | changed).items() if value is not NO_CLAIM}

    def token(self, phone: str, *, key_id: str | None = None, **changed: Any) -> str:
        """Return an ID token for ``phone``, with claims ``changed`` (NO_CLAIM: left out)."""
        used = key_id or self.key_id
        return jwt.encode(self.claims(phone, **changed), self.key(used), algorithm="RS256", headers={"kid": used})

    def key(self, key_id: str) -> rsa.RSAPrivateKey:
        """Return the key of that id, made when it is first asked for: that takes a tenth of a second."""
        if key_id not in self.keys:
            self.keys[key_id] = rsa.generate_private_key(65537, 2048)
        return self.keys[key_id]

    def key_set(self) -> bytes:
        if self.broken:
            return b"<html>down</html>"
        if self.empty:
            return b'{"keys": []}'
        self.key(self.key_id)
        listed = [{**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "RS256", "use": "sig"}
                  for kid, key in self.keys.items()]  # fmt: skip
        return json.dumps({"keys": listed}).encode()


@contextlib.contextmanager
def issuing(name: str) -> Iterator[FakeIssuer]:
    """Serve a new issuer's key set until the block ends."""
    issuer = FakeIssuer(name)
    issuer.key_set()  # made before anybody waits for it

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.answers += 1
            time.sleep(issuer.silent_s)
            body = issuer.key_set()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # whoever asked may have given us up
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    # A port may be another's again, whose keys are still kept under its address.
    issuer.jwks_url = f"http://127.0.0.1:{server.server_address[1]}/{uuid.uuid4()}/keys.json"
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

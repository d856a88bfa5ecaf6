"""Logging in to Aurora by IAM: a token for each new connection, signed locally without a request, sent over TLS only.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
"""

import re
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TOKEN_VALID_S = 900  # for logging in; open connections stay open

# name.cluster-x.eu-west-1.rds.amazonaws.com, name.cluster-ro-x…, name.proxy-x…, name.endpoint.proxy-x…
_HOST = re.compile(r"[a-z0-9.-]+\.(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9])\.rds\.amazonaws\.com")


@dataclass(frozen=True, slots=True)
class IamLogin:
    """Signs with the process's credentials. ``ca_file`` contains the certificate authorities of RDS."""

    ca_file: str

    def arguments(self, host: str, port: int, user: str) -> dict[str, Any]:
        """Return a token as the password, and a TLS context that verifies the server.

        The token is sent in clear text ("mysql_clear_password"), so a connection without TLS is refused.
        A proxy has a certificate of Amazon's public authority, a cluster one of RDS's own.

        Raises:
            ValueError: the host is not an RDS host name, or the file of authorities is missing.
        """
        named = _HOST.fullmatch(host)
        if named is None:
            raise ValueError(f"DATABASE_IAM: {host} is no name of RDS, which tells the Region to sign for")
        context = _ssl_context(None if ".proxy-" in host else self.ca_file)
        return {"password": _make_token(host, port, user, named["region"]), "ssl": context}


@cache
def _ssl_context(ca_file: str | None) -> ssl.SSLContext:
    if ca_file is not None and not Path(ca_file).is_file():
        raise ValueError(
            f"DATABASE_IAM needs the certificates of RDS's authorities, and DATABASE_CA_FILE ({ca_file or 'not set'}) "
            "is no file: `make authorities` fetches them, and the package holds them"
        )
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _make_token(host: str, port: int, user: str, region: str) -> str:
    """Return what ``generate_db_auth_token`` of boto3's client would, without the 60 ms of creating a client."""
    from botocore.auth import SigV4QueryAuth  # 45 ms, spent only if the database is on AWS
    from botocore.awsrequest import AWSRequest
    from botocore.session import get_session

    credentials = get_session().get_credentials()
    if credentials is None:
        raise ValueError("DATABASE_IAM: this process has no credentials of AWS to sign with")
    request = AWSRequest("GET", f"https://{host}:{port}/?Action=connect&DBUser={user}")
    SigV4QueryAuth(credentials.get_frozen_credentials(), "rds-db", region, expires=TOKEN_VALID_S).add_auth(request)
    return str(request.prepare().url).removeprefix("https://")

"""AWS on loopback, by moto's server, in a process of its own; and what is set up in it at each start.

Its data is lost when it ends. Pools are created again with the same ids, which moto derives from
their names (the HASH strategy), so a token of an earlier run names a known issuer. moto signs with a
key that is published in its package: these tokens are for this machine and for nothing else.
"""

import contextlib
import json
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.runtime.ports import PASSWORDLESS
from local import processes, queues

REGIONS = ("eu-west-1", "eu-central-1")  # two, because the API accepts tokens of either Region's pool
TOKEN_LASTS_S = 24 * 3600  # the most that Cognito itself allows
PASSWORD = "Local-only-1"  # of every emulated user; it guards nothing
EMAIL_FROM = "no-reply@plotihub.example"


@dataclass(frozen=True, slots=True)
class Pool:
    region: str
    id: str
    client_id: str

    @property
    def issuer(self) -> str:
        return f"https://cognito-idp.{self.region}.amazonaws.com/{self.id}"


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator at ``url`` and the user pools in it, one for each of ``REGIONS``."""

    url: str
    pools: tuple[Pool, ...]

    @classmethod
    def at(cls, url: str) -> "Emulator":
        """Make what the application needs in the fresh emulator at ``url``."""
        queues.make_queues(client("sqs", url))
        client("ses", url).verify_email_identity(EmailAddress=EMAIL_FROM)
        return cls(url, tuple(_make_pool(url, region) for region in REGIONS))

    @classmethod
    def from_json(cls, text: str) -> "Emulator":
        data = json.loads(text)
        return cls(data["url"], tuple(Pool(**pool) for pool in data["pools"]))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    def environment(self) -> dict[str, str]:
        """Return the variables that send the application's AWS calls here."""
        issuers = [
            {
                "issuer": pool.issuer,
                "audience": pool.client_id,
                "jwks_url": f"{self.url}/{pool.id}/.well-known/jwks.json",
            }
            for pool in self.pools
        ]
        return {
            **queues.environment(self.url),
            "EMAIL_FROM": EMAIL_FROM,
            "TOKEN_ISSUERS": json.dumps(issuers),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": REGIONS[0],
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }

    def token_for(self, phone: str, *, region: str = REGIONS[0]) -> str:
        """Return an ID token of the pool in ``region`` for a user with the verified ``phone`` (E.164).

        The user is made if there is none. The token lasts ``TOKEN_LASTS_S``.
        """
        pool = next(pool for pool in self.pools if pool.region == region)
        cognito = client("cognito-idp", self.url, region)
        with contextlib.suppress(cognito.exceptions.UsernameExistsException):  # an earlier token made them
            cognito.admin_create_user(
                UserPoolId=pool.id,
                Username=phone,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "phone_number", "Value": phone},
                    {"Name": "phone_number_verified", "Value": "true"},
                ],
            )
        cognito.admin_set_user_password(UserPoolId=pool.id, Username=phone, Password=PASSWORD, Permanent=True)
        # What `drop_password` does in AWS: without it no token is accepted.
        cognito.admin_add_user_to_group(UserPoolId=pool.id, Username=phone, GroupName=PASSWORDLESS)
        signed_in = cognito.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": phone, "PASSWORD": PASSWORD},
        )
        return _lasting(signed_in["AuthenticationResult"]["IdToken"])


def start() -> tuple[Emulator, processes.Child]:
    """Start an emulator in a child process and set it up; the caller stops the child."""
    hashed = {"MOTO_COGNITO_IDP_USER_POOL_ID_STRATEGY": "HASH"}
    hashed["MOTO_COGNITO_IDP_USER_POOL_CLIENT_ID_STRATEGY"] = "HASH"
    child = processes.start("local.emulator", env={**clean_environment(os.environ), **hashed})
    try:
        return Emulator.at(processes.first_line(child)), child
    except BaseException:
        processes.stop(child)
        raise


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` without anything that could lead to somebody's real AWS account."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


def main() -> None:
    """Serve on a free port of loopback, print the address, and run until stopped."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # else a line for every call
    processes.end_with_parent()
    stopped = processes.on_stop_signal()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    stopped.wait()
    server.stop()


def client(service: str, url: str, region: str = REGIONS[0]) -> Any:
    """Return a boto3 client of the emulator at ``url``."""
    import boto3

    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def _make_pool(url: str, region: str) -> Pool:
    cognito = client("cognito-idp", url, region)
    pool = cognito.create_user_pool(PoolName="plotihub", AliasAttributes=["phone_number"])
    pool_id = pool["UserPool"]["Id"]
    cognito.create_group(UserPoolId=pool_id, GroupName=PASSWORDLESS)
    signing_in = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="plotihub",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        # moto puts into the ID token only what the client may read
        ReadAttributes=["phone_number", "phone_number_verified"],
    )
    return Pool(region, pool_id, signing_in["UserPoolClient"]["ClientId"])


def _lasting(token: str) -> str:
    """Return moto's ``token`` with a later expiry: moto's tokens last one hour, whatever the client's settings."""
    import jwt
    from moto.utilities.utils import load_resource

    key = jwt.PyJWK(load_resource("cognitoidp/resources/jwks-private.json"))
    claims = jwt.decode(token, options={"verify_signature": False})
    claims["exp"] = int(time.time()) + TOKEN_LASTS_S
    return jwt.encode(claims, key.key, "RS256", headers={"kid": jwt.get_unverified_header(token)["kid"]})


if __name__ == "__main__":
    main()

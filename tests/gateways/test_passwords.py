"""A password that somebody else signed up with: of no use before the number is confirmed, nor after, nor in between."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from chalicelib.access import passwords, tokens
from chalicelib.access.password_jobs import drop_password
from chalicelib.config import TokenIssuer
from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsErrorResponse
from chalicelib.gateways.user_pool import CognitoPool
from chalicelib.runtime.ports import PASSWORDLESS
from tests.gateways.conftest import REGION

pytestmark = pytest.mark.slow

PHONE = "+254712345678"
KNOWN = "Known-to-the-attacker-1"
# Of their form in the documentation: who signed up, and who set a forgotten password anew.
SOURCES = ["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"]


@dataclass
class Pool:
    """A pool of the emulator as the estate makes it, and what its public client may be asked."""

    url: str
    id: str
    client_id: str
    cognito: Any = field(repr=False)

    def sign_up(self, password: str = KNOWN) -> str:
        """Return the id of the user who signed up, which is not the number."""
        self.cognito.sign_up(ClientId=self.client_id, Username=PHONE, Password=password)
        (user,) = self.cognito.list_users(UserPoolId=self.id)["Users"]
        return str(user["Username"])

    def confirm(self, user: str) -> None:
        self.cognito.admin_confirm_sign_up(UserPoolId=self.id, Username=user)
        verified = [{"Name": "phone_number_verified", "Value": "true"}]  # which a code does in AWS
        self.cognito.admin_update_user_attributes(UserPoolId=self.id, Username=user, UserAttributes=verified)

    def sign_in(self, user: str = PHONE, password: str = KNOWN) -> dict[str, str]:
        """Return what signing in with the password gives."""
        signed_in = self.cognito.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": password},
        )
        found: dict[str, str] = signed_in["AuthenticationResult"]
        return found

    def refresh(self, refresh_token: str) -> dict[str, str]:
        signed_in = self.cognito.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": refresh_token},
        )
        found: dict[str, str] = signed_in["AuthenticationResult"]
        return found

    def phone_of(self, id_token: str) -> str:
        """Return whom our own verification takes the token for."""
        issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{self.id}"
        keys = f"{self.url}/{self.id}/.well-known/jwks.json"
        return tokens.verify_sign_in(f"Bearer {id_token}", [TokenIssuer(issuer, self.client_id, keys)]).phone

    def event(self, user: str, source: str = SOURCES[0]) -> dict[str, Any]:
        """Return what Cognito sends; of its form in the documentation."""
        return {
            "version": "1",
            "triggerSource": source,
            "region": REGION,
            "userPoolId": self.id,
            "userName": user,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": self.client_id},
            "request": {
                "userAttributes": {
                    "sub": user,
                    "cognito:user_status": "CONFIRMED",
                    "phone_number_verified": "true",
                    "phone_number": PHONE,
                }
            },
            "response": {},
        }


@pytest.fixture
def pool(aws: str) -> Pool:
    cognito = boto3.client("cognito-idp")
    pool_id = cognito.create_user_pool(
        PoolName="plotihub", UsernameAttributes=["phone_number"], AutoVerifiedAttributes=["phone_number"]
    )["UserPool"]["Id"]
    cognito.create_group(UserPoolId=pool_id, GroupName=PASSWORDLESS)
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="app",
        # The emulator knows no ALLOW_USER_AUTH, in which Cognito takes a password as it does by this flow.
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        ReadAttributes=["phone_number", "phone_number_verified"],
    )["UserPoolClient"]["ClientId"]
    return Pool(aws, pool_id, client, cognito)


@pytest.mark.parametrize("source", SOURCES)
def test_a_password_that_is_known_opens_nothing_once_the_number_is_confirmed(pool: Pool, source: str) -> None:
    user = pool.sign_up()
    pool.confirm(user)
    assert pool.sign_in()["IdToken"]  # which it would, for ever
    event = pool.event(user, source)
    assert drop_password(event, None) == event
    with pytest.raises(pool.cognito.exceptions.NotAuthorizedException):
        pool.sign_in()


def test_what_was_signed_in_to_before_is_never_taken(pool: Pool) -> None:
    user = pool.sign_up()
    pool.confirm(user)
    early = pool.sign_in(user)  # the emulator signs out by the name that was signed in by; Cognito by the user
    with pytest.raises(tokens.InvalidToken, match="password"):
        pool.phone_of(early["IdToken"])
    drop_password(pool.event(user), None)
    with pytest.raises(tokens.InvalidToken, match="password"):
        pool.phone_of(early["IdToken"])
    with pytest.raises(pool.cognito.exceptions.NotAuthorizedException):
        pool.refresh(early["RefreshToken"])


def test_who_was_admitted_is_taken_by_the_number(pool: Pool) -> None:
    user = pool.sign_up()
    pool.confirm(user)
    drop_password(pool.event(user), None)
    # The emulator knows no codes either; that this password is let in is the administrator's doing.
    pool.cognito.admin_set_user_password(UserPoolId=pool.id, Username=user, Password="By-hand-1", Permanent=True)
    assert pool.phone_of(pool.sign_in(password="By-hand-1")["IdToken"]) == PHONE


def test_who_signs_up_again_with_another_password_changes_nothing(pool: Pool) -> None:
    user = pool.sign_up()
    pool.confirm(user)
    drop_password(pool.event(user), None)
    with pytest.raises(pool.cognito.exceptions.UsernameExistsException):
        pool.cognito.sign_up(ClientId=pool.client_id, Username=PHONE, Password="Another-of-theirs-1")


def test_it_may_be_done_again(pool: Pool) -> None:
    user = pool.sign_up()
    pool.confirm(user)
    drop_password(pool.event(user), None)
    drop_password(pool.event(user), None)
    groups = pool.cognito.admin_list_groups_for_user(UserPoolId=pool.id, Username=user)["Groups"]
    assert [group["GroupName"] for group in groups] == [PASSWORDLESS]


@dataclass
class FakePool:
    """Keeps what it was told; ``failing`` is what it does not do."""

    failing: str = ""
    operations: list[tuple[str, str]] = field(default_factory=list)

    def set_password(self, user: str, password: str) -> None:
        self._record("set_password", password)

    def sign_out(self, user: str) -> None:
        self._record("sign_out", user)

    def admit(self, user: str) -> None:
        self._record("admit", user)

    def _record(self, what: str, value: str) -> None:
        if what == self.failing:
            raise Unavailable("not now")
        self.operations.append((what, value))


EVENT = {"userName": "b4bf400d", "triggerSource": SOURCES[0]}


def test_a_new_password_is_long_of_every_kind_and_never_the_same() -> None:
    pools = [FakePool(), FakePool()]
    for pool in pools:
        passwords.drop_password(pool, EVENT)
        assert [what for what, _ in pool.operations] == ["set_password", "sign_out", "admit"]
    set_passwords = [pool.operations[0][1] for pool in pools]
    assert len(set(set_passwords)) == 2
    kinds: list[Callable[[str], bool]] = [str.islower, str.isupper, str.isdigit, lambda each: each in "-_"]
    for password in set_passwords:
        assert 60 < len(password) <= 99
        assert all(any(kind(each) for each in password) for kind in kinds)


@pytest.mark.parametrize("failing", ["set_password", "sign_out", "admit"])
def test_nobody_is_admitted_where_a_step_fails_and_it_is_told(failing: str, caplog: pytest.LogCaptureFixture) -> None:
    pool = FakePool(failing)
    with pytest.raises(Unavailable):
        passwords.drop_password(pool, EVENT)
    assert "admit" not in [what for what, _ in pool.operations]
    (record,) = caplog.records
    assert (record.levelname, record.user) == ("ERROR", EVENT["userName"])  # type: ignore[attr-defined]


def test_a_pool_that_is_not_there_or_not_reached_is_told(aws: str, account: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="user pool"):
        CognitoPool(f"{REGION}_none").set_password("somebody", "Whatever-it-be-1")
    account.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="user pool"):
        CognitoPool(f"{REGION}_none").sign_out("somebody")


@dataclass
class BusyOnce:
    """Stands for the client: busy at first, as a pool is while somebody calls it without end."""

    calls: int = 0

    def __call__(self, operation: str, **arguments: object) -> dict[str, Any]:
        self.calls += 1
        if self.calls == 1:
            raise AwsErrorResponse("TooManyRequestsException", "", 400, {})
        return {}


def test_a_busy_pool_is_asked_once_more() -> None:
    client = BusyOnce()
    CognitoPool("pool", client).admit("somebody")  # type: ignore[arg-type]
    assert client.calls == 2


def test_no_password_and_no_number_is_logged(
    pool: Pool, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO, "plotihub")
    user = pool.sign_up()
    pool.confirm(user)
    drop_password(pool.event(user), None)
    logged = json.dumps([vars(record) for record in caplog.records if record.name.startswith("plotihub")], default=str)
    assert "auth.password.replaced: the password of a new user was replaced by one that nobody knows" in logged
    assert PHONE[1:] not in logged + "".join(capfd.readouterr())
    assert passwords.PASSWORD_SUFFIX not in logged

"""Administrative client of the Cognito user pool in this Region."""

from dataclasses import dataclass, field

from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsCallFailed, AwsClient
from chalicelib.runtime.ports import PASSWORDLESS

TIMEOUT_S = 2  # Cognito waits 5 s for all three
MAX_TRIES = 2


@dataclass(frozen=True, slots=True)
class CognitoPool:
    pool_id: str
    client: AwsClient = field(default_factory=lambda: AwsClient("cognito-idp", TIMEOUT_S, TIMEOUT_S), repr=False)

    def set_password(self, user: str, password: str) -> None:
        self._call("admin_set_user_password", user, Password=password, Permanent=True)

    def sign_out(self, user: str) -> None:
        self._call("admin_user_global_sign_out", user)

    def admit(self, user: str) -> None:
        self._call("admin_add_user_to_group", user, GroupName=PASSWORDLESS)

    def _call(self, operation: str, user: str, **arguments: object) -> None:
        for attempt in range(MAX_TRIES):
            try:
                self.client(operation, UserPoolId=self.pool_id, Username=user, **arguments)
            except AwsCallFailed as error:
                if attempt == MAX_TRIES - 1:
                    raise Unavailable("The user pool did not complete the request.") from error
            else:
                return

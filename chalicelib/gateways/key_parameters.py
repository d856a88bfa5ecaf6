"""Copies of issuers' public keys in AWS Systems Manager's Parameter Store of the own Region."""

from dataclasses import dataclass, field

from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsCallFailed, AwsClient, AwsErrorResponse

TIMEOUT_S = 2  # a sign-in waits for it


@dataclass(frozen=True, slots=True)
class KeyParameters:
    """One parameter for each issuer, below ``prefix`` ("/plotihub-dev/keys"). A key set of Cognito has about 1 KB."""

    prefix: str
    client: AwsClient = field(default_factory=lambda: AwsClient("ssm", TIMEOUT_S, TIMEOUT_S), repr=False)

    def find(self, name: str) -> str | None:
        try:
            answer = self.client("get_parameter", Name=f"{self.prefix}/{name}")
        except AwsCallFailed as error:
            if isinstance(error, AwsErrorResponse) and error.code == "ParameterNotFound":
                return None
            raise Unavailable(f"The parameter {self.prefix}/{name} could not be read.") from error
        return str(answer["Parameter"]["Value"])

    def keep(self, name: str, text: str) -> None:
        try:
            self.client("put_parameter", Name=f"{self.prefix}/{name}", Value=text, Type="String", Overwrite=True)
        except AwsCallFailed as error:
            raise Unavailable(f"The parameter {self.prefix}/{name} could not be written.") from error

"""Data keys wrapped by AWS KMS."""

from dataclasses import dataclass

from chalicelib.errors import Unavailable

TIMEOUT_S = 3


@dataclass(frozen=True, slots=True)
class KmsKeys:
    key_id: str

    def wrap(self, data_key: bytes) -> bytes:
        answer = self._call("encrypt", KeyId=self.key_id, Plaintext=data_key)
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes) -> bytes:
        answer = self._call("decrypt", KeyId=self.key_id, CiphertextBlob=wrapped)
        return bytes(answer["Plaintext"])

    def _call(self, operation: str, **arguments: object) -> dict[str, bytes]:
        import boto3  # slow at a cold start, and seldom needed
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        limits = Config(connect_timeout=TIMEOUT_S, read_timeout=TIMEOUT_S, retries={"max_attempts": 2})
        client = boto3.client("kms", config=limits)
        try:
            answer: dict[str, bytes] = getattr(client, operation)(**arguments)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The key service does not answer.") from error
        return answer

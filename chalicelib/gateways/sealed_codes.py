"""Decrypt sign-in codes, which Cognito encrypts with the AWS Encryption SDK under a KMS key.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sender-triggers.html
"""

import base64
import binascii
from dataclasses import dataclass

from chalicelib.errors import Unavailable

TIMEOUT_S = 3


@dataclass(frozen=True, slots=True)
class SealedCodes:
    """Decrypts what was encrypted under ``key_arn``, and nothing else."""

    key_arn: str

    def open(self, sealed: str) -> str:
        import aws_encryption_sdk  # 150 ms with boto3, paid only by the function that decrypts codes
        from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
        from aws_encryption_sdk.identifiers import CommitmentPolicy
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session
        from cryptography.exceptions import InvalidSignature

        session = Session()
        session.set_default_client_config(Config(connect_timeout=TIMEOUT_S, read_timeout=TIMEOUT_S))
        # Cognito uses the older format without key commitment.
        client = aws_encryption_sdk.EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT
        )
        try:
            keys = aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[self.key_arn], botocore_session=session)
            code, _ = client.decrypt(source=base64.b64decode(sealed, validate=True), key_provider=keys)
        except BotoCoreError as error:
            raise Unavailable("The key service does not answer.") from error
        except (AWSEncryptionSDKClientError, InvalidSignature, binascii.Error) as error:
            raise ValueError("the code was not sealed for us") from error
        return bytes(code).decode()

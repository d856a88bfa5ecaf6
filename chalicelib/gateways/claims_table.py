"""Claims in a DynamoDB table with strongly consistent reads, in both Regions or a single one.

The table's key is ``claim`` (a string). A multi-region strongly consistent table has neither transactions
nor expiry, so ``expires_at`` (epoch seconds) only states when an item is no longer needed.
"""

import datetime as dt
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.gateways import claim_serialization
from chalicelib.gateways.aws_client import AwsCallFailed, AwsClient, AwsErrorResponse
from chalicelib.runtime.ports import SendClaim, SendOutcome

TIMEOUT_S = 2
MAX_TRIES = 3
RETENTION = dt.timedelta(days=90)  # an SQS message lives 14 days at most, and a backlog after a failover is younger

_CONDITION_FAILED = "ConditionalCheckFailedException"
_WRITE_CONFLICTS = {
    "ReplicatedWriteConflictException",
    "TransactionConflictException",
}  # a write, perhaps in the other Region


@dataclass(frozen=True, slots=True)
class ClaimsTable:
    name: str
    client: AwsClient = field(default_factory=lambda: AwsClient("dynamodb", TIMEOUT_S, TIMEOUT_S), repr=False)

    def claim(self, key: str, at: dt.datetime) -> bool:
        """Claim ``key`` by a conditional put that only creates.

        The item contains an id of this call, so that a retry after a lost response recognises its own put.
        """
        claimant = uuid.uuid4().hex
        item = {
            "claim": {"S": claim_serialization.claim_name(key)},
            "taken_by": {"S": claimant},
            claim_serialization.CLAIMED_AT: {"S": at.isoformat()},
            "expires_at": {"N": str(int((at + RETENTION).timestamp()))},
        }
        existing = self._call(
            "put_item",
            Item=item,
            ConditionExpression="attribute_not_exists(claim)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        ).get("refused")
        return existing is None or existing.get("taken_by") == {"S": claimant}

    def count(self, key: str, most: int, at: dt.datetime) -> bool:
        answer = self._call(
            "update_item",
            Key={"claim": {"S": claim_serialization.claim_name(key)}},
            UpdateExpression="ADD counted :one SET expires_at = if_not_exists(expires_at, :expires_at)",
            ConditionExpression="attribute_not_exists(counted) OR counted < :most",
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":most": {"N": str(most)},
                ":expires_at": {"N": str(int((at + RETENTION).timestamp()))},
            },
        )
        return "refused" not in answer

    def record_outcome(self, key: str, outcome: SendOutcome) -> None:
        values = claim_serialization.serialize_outcome(outcome)
        answer = self._call(
            "update_item",
            Key={"claim": {"S": claim_serialization.claim_name(key)}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ConditionExpression="attribute_exists(claim)",
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": _to_attribute(value) for name, value in values.items()},
        )
        if "refused" in answer:
            raise ValueError("nobody has claimed this")

    def find(self, key: str) -> SendClaim | None:
        answer = self._call("get_item", Key={"claim": {"S": claim_serialization.claim_name(key)}}, ConsistentRead=True)
        item: dict[str, dict[str, Any]] = answer.get("Item", {})
        stored = {name: next(iter(attribute.values())) for name, attribute in item.items()}
        return claim_serialization.parse_claim(stored) if stored else None

    def _call(self, operation: str, **arguments: object) -> dict[str, Any]:
        """Call the table, with a few retries: every call is safe to repeat.

        Returns:
            Its response; {"refused": the existing item} if the condition failed.

        Raises:
            Unavailable: it is unavailable, or there is no such table.
        """
        failed: AwsCallFailed | None = None
        for attempt in range(MAX_TRIES):
            if attempt:
                time.sleep(0.05 * 2**attempt)
            try:
                return self.client(operation, TableName=self.name, **arguments)
            except AwsCallFailed as error:
                failed = error
            if isinstance(failed, AwsErrorResponse):
                if failed.code == _CONDITION_FAILED:
                    return {"refused": failed.answer.get("Item", {})}
                if not (failed.code in _WRITE_CONFLICTS or failed.is_busy or failed.status >= 500):
                    break
        raise Unavailable("The table of claims does not answer.") from failed


def _to_attribute(value: str | int | bool) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}

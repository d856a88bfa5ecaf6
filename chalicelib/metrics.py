"""Counters for alarms, as log lines from which CloudWatch extracts metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

They are emitted at once, so a transaction that is rolled back and retried is counted twice: they are for alarms, not
for accounting.
"""

import json
import sys
import time
from collections.abc import Mapping

from chalicelib import config

NAMESPACE = "Plotihub"
DIMENSION = "Environment"

BOOKS_DO_NOT_BALANCE = "BooksDoNotBalance"  # organisations whose nightly proof failed
MESSAGES_SENT = "MessagesSent"
MESSAGES_DELIVERED = "MessagesDelivered"
MESSAGES_FAILED = "MessagesFailed"
MESSAGES_UNKNOWN = "MessagesUnknown"  # perhaps sent; some become known later
CODES_SENT = "CodesSent"  # with which people sign in
CODES_NOT_SENT = "CodesNotSent"
CODES_HELD_BACK = "CodesHeldBack"  # requested too often, so not sent
TOKENS_REFUSED = "TokensRefused"  # each also counts as an error of its function: API Gateway knows no other 401


def count(counts: Mapping[str, int]) -> None:
    """Emit ``counts`` by metric; does nothing if METRICS_ENVIRONMENT is not set."""
    environment = config.metrics_environment()
    if not environment or not counts:
        return
    listed = [{"Name": name, "Unit": "Count"} for name in sorted(counts)]
    directive = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": listed}
    line = {"_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}}
    # Lambda logs standard output, and leaves a line of JSON unchanged.
    sys.stdout.write(json.dumps({**line, DIMENSION: environment, **counts}) + "\n")
    sys.stdout.flush()

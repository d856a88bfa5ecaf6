"""Counts of what an alarm looks at, as lines of the log that CloudWatch makes metrics of.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

They are told as things happen, and so may tell a transaction that is then undone and done anew twice: they are for
alarms, and the books count otherwise.
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
CODES_HELD_BACK = "CodesHeldBack"  # asked for more often than is sent
TOKENS_REFUSED = "TokensRefused"  # each also counts as an error of its function: API Gateway knows no other 401


def count(counts: Mapping[str, int]) -> None:
    """Tell how often something happened just now; says nothing where METRICS_ENVIRONMENT is not set."""
    environment = config.metrics_environment()
    if not environment or not counts:
        return
    listed = [{"Name": name, "Unit": "Count"} for name in sorted(counts)]
    directive = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": listed}
    line = {"_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}}
    # Lambda takes standard output for the log, and leaves a line of JSON as it is.
    sys.stdout.write(json.dumps({**line, DIMENSION: environment, **counts}) + "\n")
    sys.stdout.flush()

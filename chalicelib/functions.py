"""Every Lambda function of the application: its network, its role, its memory and its time-out.

Inside: in private subnets, with the database and without the internet. Outside: with the internet and
without the database. Terraform reads this table; ``.chalice/config.json`` repeats memory and time-out,
because Chalice reads nothing else, and a house test compares the two.
"""

from typing import Literal, NamedTuple


class LambdaFunction(NamedTuple):
    """``role`` names the IAM role that it runs with; AWS ends it after ``timeout_s``."""

    side: Literal["inside", "outside"]
    role: Literal["api", "authorizer", "code_sender", "jobs", "key_keeper", "operator", "password_dropper", "sender"]
    memory_mb: int
    timeout_s: int


_JOB = LambdaFunction("inside", "jobs", 1024, 300)

FUNCTIONS: dict[str, LambdaFunction] = {
    "api_handler": LambdaFunction("inside", "api", 1769, 29),  # one whole vCPU; API Gateway waits no longer
    "verify_token": LambdaFunction("outside", "authorizer", 512, 10),
    # Scheduled.
    "bill_due": _JOB,
    "dispatch_messages": _JOB,
    "keep_keys": LambdaFunction("outside", "key_keeper", 512, 60),
    "late_fees": _JOB,
    "prove_books": _JOB,
    "rent_reminders": _JOB,
    "sweep_old": _JOB,
    "work_tasks": _JOB,
    # Queues.
    "send_messages": LambdaFunction("outside", "sender", 512, 120),  # sending_runner.IN_FLIGHT_S is longer than that
    "take_results": LambdaFunction("inside", "jobs", 512, 60),
    "wake_workers": _JOB,
    "wake_heavy": LambdaFunction("inside", "jobs", 1769, 300),  # one whole vCPU: it parses uploads
    # Cognito, which calls the first and does not wait; for the second it waits 5 s, and what comes later is done too.
    "send_code": LambdaFunction("outside", "code_sender", 512, 60),
    "drop_password": LambdaFunction("outside", "password_dropper", 1769, 15),  # one whole vCPU: somebody is signing up
    # Operators and deployments.
    "grant": LambdaFunction("inside", "operator", 512, 30),
    "migrate_database": LambdaFunction("inside", "operator", 1024, 900),
    "run_job": LambdaFunction("inside", "operator", 1024, 900),
}

"""The database's users, made once by the Data API: before there are any, nobody could log in to make them.

Two log in by IAM token and have no password; the proxy's has the one of its secret. What they may do in the tables is
granted by the migration, which knows the tables.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
"""

import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from terraform.deploying.settings import Step

DATABASE = "plotihub"
RESUMING = "DatabaseResumingException"
RESUME_S = 60  # what a database that rests takes at most to wake up
ASK_AGAIN_S = 5.0


def make_users(step: Step, client: Callable[[str, str], Any], *, ask_again_s: float = ASK_AGAIN_S) -> list[str]:
    """Make the users of the database that the first Region's ``step`` made; return their names. Again is harmless."""
    secrets, clusters, data = (client(service, step.region) for service in ("secretsmanager", "rds", "rds-data"))
    identifier = f"{step.name}-{step.region}"
    (cluster,) = clusters.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"]
    master = secrets.describe_secret(SecretId=f"{step.name}/database/master")["ARN"]
    proxy = json.loads(secrets.get_secret_value(SecretId=f"{step.name}/database/proxy")["SecretString"])
    for statement in _statements(proxy["username"], proxy["password"]):
        asked = {"resourceArn": cluster["DBClusterArn"], "secretArn": master, "database": DATABASE, "sql": statement}
        _run(data, asked, ask_again_s)
    return ["plotihub_migrator", "plotihub_app", proxy["username"]]


def _run(data: Any, asked: dict[str, str], ask_again_s: float) -> None:
    """Run a statement, again while the database is resuming from its rest."""
    until = time.monotonic() + RESUME_S
    while True:
        try:
            data.execute_statement(**asked)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] != RESUMING or time.monotonic() >= until:
                raise
            time.sleep(ask_again_s)


def _statements(proxy: str, password: str) -> list[str]:
    """Return the SQL; the password was made of letters and digits, so it ends no string."""
    if not password.isalnum() or not proxy.replace("_", "").isalnum():
        raise ValueError("the proxy's secret holds what is neither letter nor digit")
    by_token = "IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"
    return [
        f"CREATE USER IF NOT EXISTS 'plotihub_migrator'@'%' {by_token}",
        f"GRANT ALL PRIVILEGES ON `{DATABASE}`.* TO 'plotihub_migrator'@'%' WITH GRANT OPTION",
        f"CREATE USER IF NOT EXISTS 'plotihub_app'@'%' {by_token}",
        f"CREATE USER IF NOT EXISTS '{proxy}'@'%' IDENTIFIED BY '{password}' REQUIRE SSL",
        f"ALTER USER '{proxy}'@'%' IDENTIFIED BY '{password}' REQUIRE SSL",
    ]

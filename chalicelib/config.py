"""Settings, read from the environment at each call. The only place that reads ``os.environ``."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_HOME = ".local"

_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """A Cognito user pool whose ID tokens are accepted: one for each Region."""

    issuer: str
    audience: str
    jwks_url: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the environment. docs/settings.md documents each variable; a test compares the two."""

    database_url: str
    database_reader_url: str
    database_timeout_s: int
    database_writer_hosts: tuple[str, ...]
    database_iam: bool
    database_ca_file: str
    database_migrator: str
    database_migrator_hosts: tuple[str, ...]
    token_issuers: tuple[TokenIssuer, ...]
    keys_parameter_prefix: str
    key_file: str
    kms_key_id: str
    codes_key_arn: str
    cors_origin: str
    log_level: str
    wake_queue_url: str
    heavy_queue_url: str
    send_queue_url: str
    results_queue_url: str
    africastalking_url: str
    africastalking_username: str
    africastalking_api_key: str = field(repr=False)
    africastalking_api_key_parameter: str
    sms_sender_name: str
    sms_price_cents: int
    sns_price_cents: int
    email_from: str
    claims_table: str
    claims_folder: str
    callback_token_hashes: frozenset[str]
    phone_serves_days_after_lease: int


def settings() -> Settings:
    """Return the current settings of the environment.

    Raises:
        ValueError: a variable has an invalid value; the message names the variable, never the value.
    """
    home = Path(os.environ.get("PLOTIHUB_HOME", DEFAULT_HOME)).absolute()
    database_url = os.environ.get("DATABASE_URL", f"sqlite:///{home / 'plotihub.sqlite3'}")
    return Settings(
        database_url=_with_driver(database_url),
        database_reader_url=_with_driver(os.environ.get("DATABASE_READER_URL", database_url)),
        database_timeout_s=_parse_seconds("DATABASE_TIMEOUT_S", 5),
        database_writer_hosts=_parse_hosts("DATABASE_WRITER_HOSTS"),
        database_iam=_parse_flag("DATABASE_IAM"),
        database_ca_file=os.environ.get("DATABASE_CA_FILE", ""),
        database_migrator=os.environ.get("DATABASE_MIGRATOR", "plotihub_migrator"),
        database_migrator_hosts=_parse_hosts("DATABASE_MIGRATOR_HOSTS"),
        token_issuers=_parse_issuers(os.environ.get("TOKEN_ISSUERS", "[]")),
        keys_parameter_prefix=os.environ.get("KEYS_PARAMETER_PREFIX", ""),
        key_file=os.environ.get("KEY_FILE", str(home / "keys.json")),
        kms_key_id=os.environ.get("KMS_KEY_ID", ""),
        codes_key_arn=os.environ.get("CODES_KEY_ARN", ""),
        cors_origin=cors_origin(),
        log_level=os.environ.get("LOG_LEVEL", "INFO").upper(),
        wake_queue_url=os.environ.get("WAKE_QUEUE_URL", ""),
        heavy_queue_url=os.environ.get("HEAVY_QUEUE_URL", ""),
        send_queue_url=os.environ.get("SEND_QUEUE_URL", ""),
        results_queue_url=os.environ.get("RESULTS_QUEUE_URL", ""),
        africastalking_url=os.environ.get("AFRICASTALKING_URL", "https://api.africastalking.com"),
        africastalking_username=os.environ.get("AFRICASTALKING_USERNAME", ""),
        africastalking_api_key=os.environ.get("AFRICASTALKING_API_KEY", ""),
        africastalking_api_key_parameter=os.environ.get("AFRICASTALKING_API_KEY_PARAMETER", ""),
        sms_sender_name=os.environ.get("SMS_SENDER_NAME", ""),
        sms_price_cents=_parse_cents("SMS_PRICE_CENTS", 80),
        sns_price_cents=_parse_cents("SNS_PRICE_CENTS", 3900),
        email_from=os.environ.get("EMAIL_FROM", ""),
        claims_table=os.environ.get("CLAIMS_TABLE", ""),
        claims_folder=os.environ.get("CLAIMS_FOLDER", str(home / "claims")),
        callback_token_hashes=_parse_hashes(os.environ.get("CALLBACK_TOKEN_HASHES", "")),
        phone_serves_days_after_lease=phone_serves_days_after_lease(),
    )


def cors_origin() -> str:
    """Return the browser origin that may call the API ("*" for any), or "" for none."""
    return os.environ.get("CORS_ORIGIN", "")


def phone_serves_days_after_lease() -> int:
    """Return for how many days after its last day a lease is still shown to its tenants' numbers."""
    return _parse_days("PHONE_SERVES_DAYS_AFTER_LEASE", 60)


def metrics_environment() -> str:
    """Return the environment's name in metrics, or "" to emit none."""
    return os.environ.get("METRICS_ENVIRONMENT", "")


def reader_environment() -> dict[str, str]:
    """Return the whole environment of the process that parses uploads: the path of libpython in Lambda."""
    libraries = os.environ.get("LD_LIBRARY_PATH", "")
    return {"LD_LIBRARY_PATH": libraries} if libraries else {}


def _with_driver(url: str) -> str:
    return "mysql+pymysql://" + url.removeprefix("mysql://") if url.startswith("mysql://") else url


def _parse_seconds(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= 60:
        raise ValueError(f"{name} must be a whole number of seconds from 1 to 60")
    return int(text)


def _parse_days(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or int(text) > 366:
        raise ValueError(f"{name} must be a whole number of days from 0 to 366")
    return int(text)


def _parse_flag(name: str) -> bool:
    text = os.environ.get(name, "")
    if text not in {"", "true", "false"}:
        raise ValueError(f"{name} must be true or false")
    return text == "true"


def _parse_hosts(name: str) -> tuple[str, ...]:
    listed = tuple(entry.strip() for entry in os.environ.get(name, "").split(",") if entry.strip())
    if not all(_HOST.fullmatch(entry) for entry in listed):
        raise ValueError(f"{name} must be a comma list of host names, each with :port where that is not 3306")
    return listed


def _parse_cents(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or int(text) > 100_000:
        raise ValueError(f"{name} must be a whole number of cents from 0 to 100000")
    return int(text)


def _parse_hashes(text: str) -> frozenset[str]:
    listed = [entry.strip().lower() for entry in text.split(",") if entry.strip()]
    if not all(_SHA256.fullmatch(entry) for entry in listed):
        raise ValueError("CALLBACK_TOKEN_HASHES must be a comma list of SHA-256 sums, each of 64 hex digits")
    return frozenset(listed)


def _parse_issuers(text: str) -> tuple[TokenIssuer, ...]:
    try:
        listed = json.loads(text)
        return tuple(
            TokenIssuer(
                issuer=entry["issuer"],
                audience=entry["audience"],
                jwks_url=entry.get("jwks_url", entry["issuer"] + "/.well-known/jwks.json"),
            )
            for entry in listed
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError('TOKEN_ISSUERS must be a JSON list of {"issuer", "audience"[, "jwks_url"]}') from error

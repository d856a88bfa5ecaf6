"""The composition root: builds a process's resources from its settings. Nothing else imports the gateways."""

from sqlalchemy import make_url

from chalicelib import config
from chalicelib.clock import SystemClock
from chalicelib.runtime.ports import CodeOpener, Gateway, KeyCopies, KeyWrapper, Queues, SendClaims, UserPool
from chalicelib.runtime.resources import OutboundResources, Providers, Resources
from chalicelib.storage.connector import DatabaseLogin
from chalicelib.storage.engines import make_engine


def providers() -> Providers:
    """Return the factories of all resources, which read the settings of this process."""
    return Providers(
        resources=lambda: make_resources(config.settings()),
        outbound=lambda: make_outbound_resources(config.settings()),
        key_copies=_key_copies,
        user_pool=_user_pool,
        migrate=lambda: migrate(config.settings()),
    )


def make_resources(settings: config.Settings) -> Resources:
    """Build the resources that ``settings`` describe; nothing is connected to yet."""
    timeout_s, login = settings.database_timeout_s, _login(settings)
    hosts = settings.database_writer_hosts
    writer = make_engine(settings.database_url, timeout_s=timeout_s, login=login, writer_hosts=hosts)
    reader = writer
    if settings.database_reader_url != settings.database_url:
        reader = make_engine(settings.database_reader_url, timeout_s=timeout_s, login=login)
    queues = _queues(settings) if settings.wake_queue_url else None
    return Resources(writer=writer, reader=reader, clock=SystemClock(), keys=_keys(settings), queues=queues)


def _login(settings: config.Settings) -> DatabaseLogin | None:
    if not settings.database_iam:
        return None
    from chalicelib.storage.iam_login import IamLogin

    return IamLogin(settings.database_ca_file)


def migrate(settings: config.Settings) -> str:
    """Migrate the database to the newest schema and return its version.

    With IAM login it connects as the migrator, which owns the tables and grants the application's user its rights.
    """
    from chalicelib.storage.migrate import upgrade

    if not settings.database_iam:
        return upgrade(settings.database_url)
    url = make_url(settings.database_url)
    hosts = settings.database_migrator_hosts or settings.database_writer_hosts
    as_migrator = url.set(username=settings.database_migrator).render_as_string(hide_password=False)
    return upgrade(as_migrator, login=_login(settings), writer_hosts=hosts, user=url.username or "")


def make_outbound_resources(settings: config.Settings) -> OutboundResources:
    """Build what ``settings`` describe; nothing is called yet. A gateway with a missing setting rejects its texts."""
    from chalicelib.gateways.ses import SesEmail
    from chalicelib.gateways.sns import Sns

    gateways = {
        "africastalking": _africastalking(settings),
        "sns": Sns(settings.sms_sender_name),
        "email": SesEmail(settings.email_from),
    }
    claims, codes = _claims(settings), _codes(settings)
    return OutboundResources(
        gateways=gateways, claims=claims, queues=_queues(settings), clock=SystemClock(), codes=codes
    )


def _africastalking(settings: config.Settings) -> Gateway:
    from chalicelib.gateways.africastalking import AfricasTalking
    from chalicelib.gateways.parameter_store import CachedParameter

    key = settings.africastalking_api_key
    read = not key and settings.africastalking_api_key_parameter
    return AfricasTalking(
        base_url=settings.africastalking_url.rstrip("/"),
        username=settings.africastalking_username,
        api_key=CachedParameter(settings.africastalking_api_key_parameter) if read else lambda: key,
        sender_name=settings.sms_sender_name,
    )


def _codes(settings: config.Settings) -> CodeOpener | None:
    if not settings.codes_key_arn:
        return None
    from chalicelib.gateways.sealed_codes import SealedCodes

    return SealedCodes(settings.codes_key_arn)


def _claims(settings: config.Settings) -> SendClaims:
    if settings.claims_table:
        from chalicelib.gateways.claims_table import ClaimsTable

        return ClaimsTable(settings.claims_table)
    from chalicelib.gateways.claims_folder import ClaimsFolder

    return ClaimsFolder(settings.claims_folder)


def _queues(settings: config.Settings) -> Queues:
    from chalicelib.gateways.sqs import SqsQueues  # imports boto3 only at the first call

    queues = ("wake", "heavy", "send", "results")
    return SqsQueues({queue: getattr(settings, f"{queue}_queue_url") for queue in queues})


def _keys(settings: config.Settings) -> KeyWrapper:
    if settings.kms_key_id:
        from chalicelib.gateways.kms import KmsKeys  # boto3 is slow to import at a cold start

        return KmsKeys(settings.kms_key_id)
    from chalicelib.gateways.key_file import KeyFile

    return KeyFile(settings.key_file)


def _key_copies() -> KeyCopies | None:
    """Return the store of copies of issuers' keys; None on a laptop."""
    prefix = config.settings().keys_parameter_prefix
    if not prefix:
        return None
    from chalicelib.gateways.key_parameters import KeyParameters

    return KeyParameters(prefix)


def _user_pool(pool_id: str) -> UserPool:
    """Return the user pool of that id, in this Region."""
    from chalicelib.gateways.user_pool import CognitoPool

    return CognitoPool(pool_id)

"""What is done with messages by the clock and by queues."""

import datetime as dt

from chalice.app import Blueprint
from sqlalchemy import Connection

from chalicelib.messaging import service
from chalicelib.messaging.forgetting_service import KEPT_DAYS
from chalicelib.tasks.scheduling import sweeps

messaging_jobs = Blueprint(__name__)


@sweeps
def clear_texts(db: Connection, at: dt.datetime) -> int:
    return service.clear_texts(db, at - dt.timedelta(days=KEPT_DAYS))

"""Log records as JSON, one on each line, for CloudWatch and for people. Personal data is never passed to a logger."""

import json
import logging
import sys

from chalicelib import config

# Attributes that logging itself sets on a record; the rest are from ``extra``.
_STANDARD_ATTRIBUTES = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {"at": self.formatTime(record), "level": record.levelname}
        line |= {"log": record.name, "message": record.getMessage()}
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD_ATTRIBUTES}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _stack_locations(record)
        return json.dumps(line, default=str)


def _stack_locations(record: logging.LogRecord) -> list[str]:
    """Return the stack as locations only: an exception's message may contain user input."""
    places = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    return places[-12:]


def configure_logging() -> None:
    """Make the logger "plotihub" and its children write JSON lines to standard error, at the configured level."""
    logger = logging.getLogger("plotihub")
    logger.setLevel(config.settings().log_level)
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        logger.addHandler(handler)
        logger.propagate = False

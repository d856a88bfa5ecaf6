"""Scheduled function that stores copies of the key sets of both Regions' pools; it has internet access.

The authorizer cannot do it: it sees the other Region's tokens, and so its keys, only once that Region is down.
"""

import logging

from chalice.app import CloudWatchEvent, Rate

from chalicelib import config
from chalicelib.runtime.resources import key_copies
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

log = logging.getLogger("plotihub.identity")
key_jobs = FunctionBlueprint()


@key_jobs.schedule(Rate(1, unit=Rate.HOURS), name="keep_keys")
def keep_keys(event: CloudWatchEvent) -> dict[str, int]:
    """Store the key set of each issuer that responds, for the authorizers to use while it does not."""
    copies = key_copies()
    if copies is None:
        return {"kept": 0}
    from chalicelib.access import tokens

    kept = tokens.store_key_copies(config.settings().token_issuers, copies)
    log.info("auth.keys.copies_stored: copies of the issuers' key sets were stored", extra={"count": kept})
    return {"kept": kept}

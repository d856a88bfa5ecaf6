"""A process that waits for a moment and then claims keys, or counts one, against others that do the same."""

import datetime as dt
import sys
import time

from chalicelib.gateways.claims_folder import ClaimsFolder
from chalicelib.gateways.claims_table import ClaimsTable
from chalicelib.runtime.ports import SendClaims


def main(store: str, where: str, keys: str) -> None:
    """Claim ``keys`` ("a,b"), or count a key up to a bound ("20 of a"), and print what was won."""
    claims: SendClaims = ClaimsTable(where) if store == "table" else ClaimsFolder(where)
    claims.find("nobody's")  # what has to be loaded or made is, before the race
    print("ready", flush=True)
    time.sleep(max(0.0, float(sys.stdin.readline()) - time.time()))
    at = dt.datetime.now(dt.UTC)
    most, counting, key = keys.partition(" of ")
    if counting:
        won = ["counted" for _ in range(int(most)) if claims.count(key, int(most), at)]
    else:
        won = [key for key in keys.split(",") if claims.claim(key, at)]
    print(" ".join(won), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])

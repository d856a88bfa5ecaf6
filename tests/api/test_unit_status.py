"""A unit's status as it is told and as it is asked for: two ways to reckon one thing."""

import datetime as dt

import pytest

from chalicelib.clock import NAIROBI, ManualClock, day_of
from tests.api.client import Client

pytestmark = pytest.mark.usefixtures("resources")


def test_the_status_that_is_told_is_the_one_that_is_found(owner: Client, clock: ManualClock) -> None:
    today = day_of(clock.now(), NAIROBI)
    starts = {"vacant": None, "occupied": today, "reserved": today + dt.timedelta(days=1)}
    house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
    tenant = owner.post("/v1/tenants", {"given_name": "Achieng"}).json["id"]
    made = {}
    for status, starts_on in starts.items():
        unit = {"property_id": house, "name": status, "type": "shop", "rent": "9000"}
        made[status] = owner.post("/v1/units", unit).json["id"]
        if starts_on is not None:
            lease = {
                "unit_id": made[status],
                "tenants": [tenant],
                "starts_on": str(starts_on),
                "billed_from": f"{starts_on:%Y-%m}",
                "rent": "9000",
            }
            answer = owner.post("/v1/leases", lease)
            assert answer.status == 201, answer.text
    for status, unit_id in made.items():
        assert owner.get(f"/v1/units/{unit_id}").json["status"] == status
        found = owner.get(f"/v1/units?status={status}").json["items"]
        assert [(each["id"], each["status"]) for each in found] == [(unit_id, status)]

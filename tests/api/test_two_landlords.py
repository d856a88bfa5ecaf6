"""A person with two landlords uses SMS and USSD, word for word, with a third who only has the number."""

from collections.abc import Callable

from sqlalchemy import select

from chalicelib.runtime.resources import get_resources
from chalicelib.storage.tables.messaging import messages
from tests.api.client import Client
from tests.api.test_phone_claims import read, send
from tests.api.test_sms_commands import Kept, queue
from tests.api.test_ussd import dial, let_to
from tests.granting import grant

__all__ = ["queue"]

COMMANDS = "BALANCE, RECEIPT, FAULT and what is broken, PLACES, NOT ME, STOP, START, HELP"
BY_SMS = """\
> balance
< Whose tenant are you? Reply number and unit, like 1 A12.
  1 Acme Homes, House of A1
  2 Other Homes, House of B2
  3 Third Homes, House of A1
  Not yours? NOT ME 1
> 1 A7
< That is not the unit that your landlord has for you there. You may try 2 more times today.
> 1 A1
< House of A1 A1: KES 9,000 owed, due 30 Jun.
> FAULT no water since Monday
< Request no. 1 for House of A1 A1 is logged. Your landlord sees it.
> PLACES
< Whose tenant are you? Reply number and unit, like 1 A12.
  1 Other Homes, House of B2
  2 Third Homes, House of A1
  Not yours? NOT ME 1
> 1 house B2
< Thank you, House of B2 B2 is confirmed. Send: {commands}.
> balance
< Acme Homes: House of A1 A1: KES 9,000 owed, due 30 Jun.
< Other Homes: House of B2 B2: KES 9,000 owed, due 30 Jun.
> FAULT gas is leaking
< Which place? Answer with its number.
  1 House of A1 A1
  2 House of B2 B2
> 2
< Request no. 1 for House of B2 B2 is logged. Your landlord sees it.
> FAULT A1 the lock is broken
< Request no. 2 for House of A1 A1 is logged. Your landlord sees it.
> not me
< Thank you. You will get no more messages about Third Homes, House of A1.
> STOP sending wrong balances
< We did not understand. Send: {commands}.
> STOP
< You will get no more messages here, except answers and legal notices. To get them again send START.
> START
< You will get messages again. To get no more send STOP.
""".replace("{commands}", COMMANDS)

BY_USSD = """\
(dials)
  CON Whose tenant are you?
      1 Acme Homes, House of A1
      2 Other Homes, House of B2
      0 Stop all messages
1
  CON Acme Homes, House of A1
      1 I rent there
      2 Not me
      0 Back
1
  CON Acme Homes, House of A1: write the name of your unit, like A12.
B2
  CON Not the unit there. 2 tries left.
      Acme Homes, House of A1: write the name of your unit, like A12.
a 1
  CON Confirmed.
      Choose:
      1 Balance
      2 Last receipt
      3 Report a fault
      4 Stop/start messages
      5 Another landlord
      0 Help/Lugha
5
  CON Whose tenant are you?
      1 Other Homes, House of B2
      0 Back
1
  CON Other Homes, House of B2
      1 I rent there
      2 Not me
      0 Back
1
  CON Other Homes, House of B2: write the name of your unit, like A12.
B2
  CON Confirmed.
      Choose:
      1 Balance
      2 Last receipt
      3 Report a fault
      4 Stop/start messages
      0 Help/Lugha
3
  CON Which one?
      1 House of A1 A1
      2 House of B2 B2
      0 Back
2
  CON House of B2 B2: what is broken? Write it in a few words.
the gas is leaking
  END Request no. 1 for House of B2 B2 is logged. Your landlord sees it.
"""


def by_sms(queue: Kept, phone: str, *said: str) -> str:
    """Return what is said and answered, as the phone shows it."""
    lines = []
    for each in said:
        before = answers(phone)
        send(queue, phone, each)
        lines += [f"> {each}", *(f"< {text}".replace("\n", "\n  ") for text in sorted(answers(phone)[len(before) :]))]
    return "\n".join(lines) + "\n"


def answers(phone: str) -> list[str]:
    query = select(messages.c.text).where(messages.c.address == phone, messages.c.kind == "reply")
    with get_resources().reading() as db:
        return list(db.scalars(query.order_by(messages.c.created_at, messages.c.id)))


def by_ussd(phone: str, *typed: str) -> str:
    lines = []
    for place in range(len(typed) + 1):
        screen = dial(phone, "*".join(typed[:place]), session_id=f"two landlords {phone}").text
        lines += [typed[place - 1] if place else "(dials)", "  " + screen.replace("\n", "\n      ")]
    return "\n".join(lines) + "\n"


def test_by_sms(owner: Client, stranger: Client, queue: Kept, new_phone: Callable[[], str]) -> None:
    third = Client(new_phone())
    third.organisation_id = third.post("/v1/organisations", {"name": "Third Homes", "person_name": "X"}).json["id"]
    phone = new_phone()
    for landlord in (owner, stranger):
        grant(get_resources(), landlord.organisation_id)
    for landlord, unit in ((owner, "A1"), (stranger, "B2"), (third, "A1")):
        let_to(landlord, phone, unit, confirmed=False)
    said = [line.removeprefix("> ") for line in BY_SMS.splitlines() if line.startswith("> ")]
    told = by_sms(queue, phone, *said)
    assert told == BY_SMS
    assert [each["text"] for each in owner.get("/v1/maintenance-requests").json["items"]] == [
        "the lock is broken",
        "no water since Monday",
    ]
    assert [each["text"] for each in stranger.get("/v1/maintenance-requests").json["items"]] == ["gas is leaking"]
    assert sorted(read(stranger), key=str) == sorted(
        [
            ("confirm", None),
            ("balance", None),
            ("fault", "FAULT gas is leaking"),
            ("fault", None),
            ("stop", None),
            ("start", None),
        ],
        key=str,
    )
    assert sorted(read(third), key=str) == [("not_me", None), ("stop", None)]  # denied, they learn of no START


def test_by_ussd(owner: Client, stranger: Client, queue: Kept, new_phone: Callable[[], str]) -> None:
    phone = new_phone()
    for landlord, unit in ((owner, "A1"), (stranger, "B2")):
        let_to(landlord, phone, unit, confirmed=False)
    typed = [line for line in BY_USSD.splitlines() if not line.startswith((" ", "("))]
    assert by_ussd(phone, *typed) == BY_USSD
    assert owner.get("/v1/maintenance-requests").json["items"] == []
    [request] = stranger.get("/v1/maintenance-requests").json["items"]
    assert request["text"] == "the gas is leaking"

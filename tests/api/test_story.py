"""The story of docs/late-facts.md, played over the API: every figure of the page is what the product says."""

import ast
import calendar
import datetime as dt
import json
import operator
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import task_runner
from tests.api.books import Books
from tests.api.client import Client

PAGE = (Path(__file__).parents[2] / "docs" / "late-facts.md").read_text(encoding="utf-8")
YEAR = 2026
MONTHS = list(calendar.month_abbr)
FIGURES = ("charged", "fined", "waiting", "paid", "owed", "credit")
DAYS = ("starts_on", "ends_on", "received_on", "refunded_on", "issued_on")  # of a request: the day of its fact
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


class Line(NamedTuple):
    """A request of the page: ``as_name`` names what it makes, ``refusal`` is in the body of its 409."""

    step: int
    method: str
    path: str
    body: str
    as_name: str
    refusal: str


class Row(NamedTuple):
    """How the lease stands after a step: figures in KES."""

    step: int
    fact: dt.date
    entered: dt.date
    figures: dict[str, Decimal]


def parse_day(cell: str) -> dt.date:
    day, month = cell.split()
    return dt.date(YEAR, MONTHS.index(month), int(day))


def compute(node: ast.expr) -> Fraction:
    if isinstance(node, ast.BinOp):
        return Fraction(OPERATORS[type(node.op)](compute(node.left), compute(node.right)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -compute(node.operand)
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int)
    return Fraction(node.value)


def parse_amount(text: str) -> Fraction:
    """Return what "10 % × (31,000 − 20,000)" comes to."""
    plain = text.replace(",", "").replace("%", "/100").translate(str.maketrans("−×÷", "-*/"))
    return compute(ast.parse(plain.strip(), mode="eval").body)


def parse_figure(cell: str) -> Decimal:
    """Return the figure of a cell, which may be the result of a sum: "1,000 + 500 = 1,500"."""
    *sums, result = cell.split("=")
    figure = parse_amount(result)
    assert [parse_amount(each) for each in sums] == [figure] * len(sums), cell
    return Decimal(figure.numerator) / figure.denominator


def tables(heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables whose first column has the heading."""
    inside = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells or cells[0] == heading:
            inside = bool(cells)
        elif inside and not cells[0].startswith("---"):
            yield cells


def rows() -> list[Row]:
    return [
        Row(
            int(step),
            parse_day(fact),
            parse_day(entered),
            dict(zip(FIGURES, map(parse_figure, figures), strict=True)),
        )
        for step, fact, entered, *figures in tables("Step")
    ]


def lines() -> list[Line]:
    asked = r"(\d+) +(GET|POST|PATCH|make) (.+?)(?: (\{.*?\}))?(?: as (\w+))?(?: answers 409 (\{.*\}))?"
    blocks = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    found = [re.fullmatch(asked, line) for block in blocks for line in block.splitlines()]
    assert None not in found
    return [Line(int(each[1]), *(part or "" for part in each.groups()[1:])) for each in found if each]


class Story(Books):
    """Books in which the lines of the page are done; what they make is known by its name."""

    def __init__(self, owner: Client, resources: Resources, clock: ManualClock) -> None:
        super().__init__(owner, resources, clock)
        self.made: dict[str, str] = {}

    def fill(self, text: str) -> str:
        """Put the ids in the place of "{lease}", and of "{Late fee on invoice 3}", a charge that is named by its text.

        Only names are braced without quotes inside: the braces of JSON are left alone.
        """
        return re.sub(r"\{([A-Za-z][\w ]*)\}", lambda name: self.made.get(name[1]) or self.charge(name[1]), text)

    def charge(self, description: str) -> str:
        listed = self.owner.get(f"/v1/charges?lease_id={self.made['lease']}").json["items"]
        [found] = [each["id"] for each in listed if each["description"] == description]
        return str(found)

    def do(self, line: Line) -> None:
        if line.method == "make":
            self.late_fees(line.path.removeprefix("job NAME=late_fees ON="))
            return
        body = json.loads(self.fill(line.body)) if line.body else None
        headers = {"If-Match": "*"} if line.method == "PATCH" else {}
        answer = self.owner.send(line.method, self.fill(line.path), body, headers)
        if line.refusal:
            assert answer.status == 409, line
            assert answer.json == answer.json | json.loads(line.refusal), line
            return
        assert answer.status < 300, (line, answer.text)
        task_runner.run_tasks(self.resources)
        if line.as_name:
            self.made[line.as_name] = answer.json["id"]

    def listed(self, what: str) -> Any:
        return self.owner.get(f"/v1/{what}?lease_id={self.made['lease']}&limit=200").json["items"]

    def figures(self) -> dict[str, Decimal]:
        standing = [each for each in self.listed("invoices") if each["status"] != "void"]
        billed = [line for each in standing for line in self.owner.get(f"/v1/invoices/{each['id']}").json["lines"]]
        net = [(line["charge_type"], Decimal(line["amount"]) - Decimal(line["credited"])) for line in billed]
        waiting = sum(Decimal(each["amount"]) for each in self.listed("charges") if each["status"] == "pending")
        paid = [each for each in self.listed("payments") if each["state"] == "matched"]
        account = self.account(self.made["lease"])
        return {
            "charged": Decimal(sum(amount for charge_type, amount in net if charge_type != "late_fee")),
            "fined": waiting + Decimal(sum(amount for charge_type, amount in net if charge_type == "late_fee")),
            "waiting": Decimal(waiting),
            "paid": Decimal(sum(Decimal(each["amount"]) - Decimal(each["refunded"]) for each in paid)),
            "owed": Decimal(account["owed"]),
            "credit": Decimal(account["credit"]),
        }


def test_every_figure_of_the_page_is_what_the_product_says(
    owner: Client, resources: Resources, clock: ManualClock
) -> None:
    story = Story(owner, resources, clock)
    for line in lines():
        if line.step == 0:
            story.do(line)
    for row in rows():
        story.on(row.entered.isoformat())
        for line in lines():
            if line.step == row.step:
                story.do(line)
        assert story.figures() == row.figures, row
        statement = story.owner.get(f"/v1/leases/{story.made['lease']}/statement").json
        assert Decimal(statement["closing"]) == row.figures["owed"] - row.figures["credit"], row
    assert f'"refundable": "{story.account(story.made["lease"])["refundable"]}"' in PAGE
    corrected = [
        (dt.date.fromisoformat(each["corrected_on"]), each["kind"], Decimal(each["amount"]), each["reason"])
        for each in story.listed("reports/corrections")
    ]
    told = [(parse_day(day), kind, parse_figure(amount), reason) for day, kind, amount, reason in tables("Corrected")]
    assert sorted(corrected) == sorted(told)
    assert [each[0] for each in corrected] == [each[0] for each in told]  # the latest first
    assert story.owner.get("/v1/ledger/proof").json["holds"]


def test_the_page_has_a_row_for_every_step_and_the_days_of_its_facts() -> None:
    table = {row.step: row for row in rows()}
    steps = [line.step for line in lines() if line.step]
    assert list(table) == sorted(set(steps)) == list(range(1, len(table) + 1))
    entered = [row.entered for row in table.values()]
    assert entered == sorted(entered)
    for line in lines():
        body = json.loads(line.body) if line.step and line.body else {}
        for name in DAYS:
            if name in body:
                assert body[name] == table[line.step].fact.isoformat(), line


def test_the_figures_of_each_row_add_up() -> None:
    for row in rows():
        each = row.figures
        balance = each["charged"] + each["fined"] - each["waiting"] - each["paid"]
        assert balance == each["owed"] - each["credit"], row

"""The product against a calculator that shares no code with it, over histories in which facts come late."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.organisations import DEFAULT_ALLOCATION_ORDER
from chalicelib.runtime.resources import Resources
from tests.money import Money
from tests.oracle import calculator, faults
from tests.oracle.histories import DUE_DAY, FIRST, Player, make_history, months

SEEDS, A_CHUNK = 100, 10


def differences(resources: Resources, seed: int) -> list[str]:
    """Play the history of a seed; return where the product and the calculator, or the books' invariants, differ."""
    player = Player(Money.found(resources, FIRST), make_history(seed))
    player.play()
    documents = player.documents()
    wrong = [*player.books.broken(), *wrong_months(player, documents), *wrong_fees(player, documents)]
    received = [each for payment_id, each in player.paid.items() if payment_id not in player.waiting]
    balance = calculator.balance(documents, received)
    if player.owed_less_credit() != balance:
        wrong.append(f"the balance is {player.owed_less_credit()}, not {balance}")
    return [f"seed {seed}: {words}" for words in wrong]


def wrong_months(player: Player, documents: list[calculator.Document]) -> Iterator[str]:
    """Yield the months that are charged something else than their terms say."""
    billed = {each.period for each in documents if each.claims}
    if player.ends_on is not None and not any(act.name == "void" for act in player.history.acts):
        billed |= {period for period in months() if period <= player.ends_on}  # a closing bills what no run has
    for period in sorted(billed):
        charged: dict[str, int] = {}
        for each in documents:
            for line in each.lines if each.period == period and not each.void else ():
                standing = line.cents - line.never_owed if line.from_rate else 0
                charged[line.charge_type] = charged.get(line.charge_type, 0) + standing
        charged = {charge_type: cents for charge_type, cents in charged.items() if cents}
        owed = calculator.charged_by_terms(player.terms, period)
        if charged != owed:
            yield f"{period:%Y-%m} is charged {charged}, its terms say {owed}"


def wrong_fees(player: Player, documents: list[calculator.Document]) -> Iterator[str]:
    """Yield the documents that are fined something else than the facts say."""
    money, fees = list(player.paid.values()), player.fees()
    order = [*DEFAULT_ALLOCATION_ORDER, "refund_recovery"]
    for each in documents:
        due_on = calculator.due_day(player.terms, each, DUE_DAY)
        if each.kind == "run" and each.due_on != due_on:
            yield f"invoice {each.name} is due on {each.due_on}, not on {due_on}"
        cents = calculator.fee_of(each, documents, money, player.policies, order, player.books.today)
        if cents is not None and fees.get(each.name, 0) != cents:
            yield f"invoice {each.name} is fined {fees.get(each.name, 0)}, not {cents}"


def test_the_calculator_shares_no_code_with_the_product() -> None:
    tree = ast.parse(Path(calculator.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert modules == {"calendar", "datetime", "dataclasses", "fractions"}


@pytest.mark.parametrize("first", range(0, SEEDS, A_CHUNK))
def test_what_is_charged_fined_and_owed_is_what_the_words_of_the_lease_say(resources: Resources, first: int) -> None:
    assert [words for seed in range(first, first + A_CHUNK) for words in differences(resources, seed)] == []


@pytest.mark.parametrize("fault", [faults.fee_not_revised, faults.due_before_issue, faults.last_month_forgotten])
def test_a_planted_fault_is_found(resources: Resources, fault: faults.Fault) -> None:
    with fault():
        assert any(differences(resources, seed) for seed in range(SEEDS))

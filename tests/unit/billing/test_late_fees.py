import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.rules import LateFeePolicy, late_fee_cents

SUMS = st.integers(0, 10**9)
CAPS = st.none() | SUMS
POLICIES = st.builds(
    LateFeePolicy,
    kind=st.sampled_from(["off", "fixed", "percent"]),
    amount_cents=SUMS,
    rate_bps=st.integers(0, 10_000),
    grace_days=st.integers(0, 60),
    cap_cents=CAPS,
)


def fixed(amount_cents: int, cap_cents: int | None = None) -> LateFeePolicy:
    return LateFeePolicy("fixed", amount_cents, 0, 5, cap_cents)


def percent(rate_bps: int, cap_cents: int | None = None) -> LateFeePolicy:
    return LateFeePolicy("percent", 0, rate_bps, 5, cap_cents)


@pytest.mark.parametrize(
    ("policy", "fee_cents"),
    [
        (LateFeePolicy("off", 500_00, 1_000, 5, None), 0),
        (fixed(500_00), 500_00),
        (fixed(500_49), 500_00),
        (fixed(500_50), 501_00),
        (percent(500), 1_000_00),  # 5 % of 20 009.99 is 1 000.4995
        (percent(1_000), 2_001_00),
        (percent(0), 0),
        (percent(1_000, 1_500_00), 1_500_00),
        (percent(1_000, 1_500_99), 1_500_00),  # whole shillings, yet never above the cap
        (fixed(500_00, 0), 0),
    ],
)
def test_the_policy_sets_the_fee(policy: LateFeePolicy, fee_cents: int) -> None:
    assert late_fee_cents(policy, 20_009_99) == fee_cents


@pytest.mark.parametrize(("balance_cents", "fee_cents"), [(20_010_00, 1_001_00), (20_009_80, 1_000_00), (9_99, 0)])
def test_half_a_shilling_goes_up(balance_cents: int, fee_cents: int) -> None:
    assert late_fee_cents(percent(500), balance_cents) == fee_cents


@pytest.mark.parametrize("balance_cents", [0, -1, -20_000_00])
def test_nothing_overdue_costs_nothing(balance_cents: int) -> None:
    assert late_fee_cents(fixed(500_00), balance_cents) == 0
    assert late_fee_cents(percent(500), balance_cents) == 0


@pytest.mark.parametrize(
    "policy",
    [
        LateFeePolicy("weekly", 1, 1, 0, None),
        fixed(-1),
        percent(-1),
        fixed(1, -1),
        LateFeePolicy("off", -1, 0, 0, None),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy: LateFeePolicy) -> None:
    with pytest.raises(ValueError, match="A late fee"):
        late_fee_cents(policy, 20_000_00)


@given(POLICIES, SUMS)
def test_fees_are_whole_shillings_and_the_cap_holds(policy: LateFeePolicy, balance: int) -> None:
    fee_cents = late_fee_cents(policy, balance)
    assert fee_cents >= 0
    assert fee_cents % 100 == 0
    if policy.cap_cents is not None:
        assert fee_cents <= policy.cap_cents


@given(POLICIES, SUMS, SUMS)
def test_who_owes_more_never_pays_a_smaller_fee(policy: LateFeePolicy, one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert late_fee_cents(policy, less) <= late_fee_cents(policy, more)


@given(st.integers(0, 10_000), st.integers(1, 10**9))
def test_a_percentage_is_within_half_a_shilling(rate_bps: int, balance: int) -> None:
    error = late_fee_cents(percent(rate_bps), balance) * 10_000 - balance * rate_bps
    assert -50 * 10_000 < error <= 50 * 10_000

"""L4: less certainty never means more risk, component by component, through every gate, sizing and the rate budget.

A doubt is what belief may owe (mismatches, their age and symbols, streak, history, posture) and how old each kind of
evidence is. A worse doubt is at least as bad in every component; what it allows an entry is never more.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields, replace
from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hedgectl.core.belief.debt import NO_DEBT, Debt
from hedgectl.core.belief.knobs import knobs_of
from hedgectl.core.belief.posture import POSTURES, Posture
from hedgectl.core.engine.entries import desk_for, vet
from hedgectl.core.engine.work import Work
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Kind, Side
from hedgectl.core.risk.sizing import Sized
from hedgectl.core.settings import BeliefLimits, Step
from hedgectl.core.state.durable import Disagreement

T0 = 1_767_225_600_000
SYMBOLS = ("BTCUSDT", "METISUSDT", "ETHUSDT", "")


@dataclass(frozen=True)
class Doubt:
    """Each number is a component: more of it is less certainty. Ages are ms; `owing` is the age of the oldest mismatch
    of BTCUSDT, METISUSDT, ETHUSDT and the account, 0 for none; `climbed` is how much lower the score was before."""

    owing: tuple[int, int, int, int] = (0, 0, 0, 0)
    streak: int = 0
    climbed: float = 0.0
    posture: int = 0
    quote_age_ms: int = 0
    looked_age_ms: int = 0
    nav_age_ms: int = 0
    failures: int = 0
    unsettled: int = 0
    left: int = 0


AGES = st.just(0) | st.sampled_from((1, 15_000, 30_000, 44_000, 60_000, 90_000, 400_000)) | st.integers(0, 400_000)
LEAST = Doubt()
DOUBTS = st.builds(
    Doubt,
    owing=st.tuples(AGES, AGES, AGES, AGES),
    streak=st.integers(0, 25),
    climbed=st.floats(0, 4),
    posture=st.integers(0, 3),
    quote_age_ms=st.sampled_from((0, 0, 0, 4_999, 5_000, 5_001)),
    looked_age_ms=st.sampled_from((0, 0, 0, 60_000, 60_001)),
    nav_age_ms=st.sampled_from((0, 0, 0, 60_000, 60_001)),
    failures=st.sampled_from((0, 0, 0, 2, 3)),
    unsettled=st.sampled_from((0, 0, 0, 1)),
    left=st.sampled_from((0, 0, 0, 1)),
)
SPARSE = st.builds(
    lambda whole, names: replace(LEAST, **{name: getattr(whole, name) for name in names}),
    DOUBTS,
    st.sets(st.sampled_from([field.name for field in fields(Doubt)]), max_size=3),
)
# paper: setting a leverage on the account is no gate, and another's wish would change what the account has
WISHES = st.builds(
    lambda usdt, lots, kind, side, leverage, confidence, by_lots: Entry(
        "wish", "BTCUSDT", side, T0, D(lots) / 1_000 if by_lots else None, None if by_lots else usdt, kind,
        D(50_000) if kind is Kind.LIMIT else None, leverage=leverage, confidence=confidence, paper=True,
    ),
    st.decimals("90", "3000", places=2), st.integers(1, 40), st.sampled_from((Kind.MARKET, Kind.LIMIT)),
    st.sampled_from(Side), st.sampled_from((None, None, 1, 5, 6, 10, 11, 125)),
    st.sampled_from((None, D("0.49"), D("0.5"), D("0.69"), D("0.7"), D(1), D(1), D(1))), st.booleans(),
)  # fmt: skip
ENTERED = st.sampled_from((0, 0, 1_000, 14_999, 15_000, 59_999, 60_000, 400_000))


def worse_of(first, second):
    """At least as bad as both in every component."""
    owing = tuple(max(pair) for pair in zip(first.owing, second.owing, strict=True))
    rest = {field.name: max(getattr(first, field.name), getattr(second, field.name)) for field in fields(Doubt)}
    return Doubt(**(rest | {"owing": owing}))


def allowed(bench, doubt, wish, entered_ms_ago):
    """What the entry may be worth, in USDT; 0 when it is refused."""
    state, now = bench.state, Moment(1_000_000, T0, T0)
    durable, volatile, belief = state.durable, state.volatile, state.durable.belief
    belief.open = {
        f"leg {symbol}": Disagreement("drift", symbol, T0 - age)
        for symbol, age in zip(SYMBOLS, doubt.owing, strict=True)
        if age
    }
    belief.streak, belief.posture = doubt.streak, POSTURES[doubt.posture].value
    belief.history = [[T0 - 60_000, -doubt.climbed]]
    durable.entry_ms = {"BTCUSDT": T0 - entered_ms_ago} if entered_ms_ago else {}
    durable.left = {"BTCUSDT|SHORT": D(-doubt.left)} if doubt.left else {}
    volatile.quotes_mono_ms["BTCUSDT"] = now.mono_ms - doubt.quote_age_ms
    volatile.snapshot_ms = T0 - doubt.looked_age_ms
    volatile.wallet = replace(volatile.wallet, at_ms=T0 - doubt.nav_age_ms)
    volatile.failures = {"snapshot": doubt.failures} if doubt.failures else {}
    state.index.unsettled_by_symbol = {"BTCUSDT": {"h1-x": None}} if doubt.unsettled else {}
    work = Work(state, now)
    verdict = vet(work, wish, desk_for(work, wish))
    return verdict.notional_usdt if isinstance(verdict, Sized) else D(0)


@pytest.fixture(scope="module")
def bench(make_bench):
    """One desk for every question: nothing but the doubt changes."""
    made = make_bench().start()
    made.state.volatile.budget.limits(1 << 40, 1 << 40, 1 << 40)
    return made


SURE = Entry("sure", "BTCUSDT", Side.BUY, T0, notional_usdt=D(900), confidence=D(1), paper=True)
UNSURE = replace(SURE, confidence=D("0.1"))
HOUSE = settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])


@HOUSE
@example(Doubt(posture=1), Doubt(owing=(1, 0, 0, 0)), SURE, 0)  # a symbol's small debt under a posture that is held
@example(Doubt(posture=1), Doubt(owing=(1, 0, 0, 0)), SURE, 1_000)
@example(Doubt(posture=1), Doubt(owing=(1, 0, 0, 0)), UNSURE, 0)
@given(DOUBTS | SPARSE, DOUBTS | SPARSE, WISHES, ENTERED)
def test_a_worse_doubt_never_allows_more(bench, first, second, wish, entered_ms_ago):
    worse = worse_of(first, second)
    most = allowed(bench, worse, wish, entered_ms_ago)
    assert most <= allowed(bench, first, wish, entered_ms_ago)
    assert most <= allowed(bench, second, wish, entered_ms_ago)


@pytest.mark.parametrize("name", [field.name for field in fields(Doubt)])
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_each_component_alone_never_allows_more(bench, name, data):
    base, other = data.draw(SPARSE), data.draw(DOUBTS)
    wish, entered_ms_ago = data.draw(WISHES), data.draw(ENTERED)
    worse = worse_of(base, replace(LEAST, **{name: getattr(other, name)}))
    assert allowed(bench, worse, wish, entered_ms_ago) <= allowed(bench, base, wish, entered_ms_ago)


TIGHTENED = [
    ("owing", (45_000, 0, 0, 0)),
    ("owing", (0, 0, 0, 45_000)),
    ("streak", 10),
    ("climbed", 5.0),
    ("posture", 1),
    ("posture", 2),
    ("posture", 3),
    ("quote_age_ms", 5_001),
    ("looked_age_ms", 60_001),
    ("nav_age_ms", 60_001),
    ("failures", 3),
    ("unsettled", 1),
    ("left", 1),
]


@pytest.mark.parametrize("name, value", TIGHTENED)
def test_each_component_is_felt(bench, name, value):
    """Without this the law would hold for gates that look at nothing."""
    wish = Entry("wish", "BTCUSDT", Side.BUY, T0, notional_usdt=D(1_000), confidence=D(1))
    base = replace(LEAST, owing=(0, 0, 0, 1)) if name == "climbed" else LEAST  # growth counts only where there is debt
    assert allowed(bench, replace(base, **{name: value}), wish, 0) < allowed(bench, base, wish, 0)


def test_a_symbol_pays_for_its_own_debt_first(bench):
    mine = replace(LEAST, owing=(40_000, 0, 0, 0), posture=0)
    theirs = replace(LEAST, owing=(0, 40_000, 0, 0), posture=0)
    wish = Entry("wish", "BTCUSDT", Side.BUY, T0, notional_usdt=D(1_000), confidence=D(1))
    assert allowed(bench, mine, wish, 0) <= allowed(bench, theirs, wish, 0)


DEBTS = st.tuples(st.integers(0, 4), st.floats(0, 400), st.floats(-10, 10), st.integers(0, 3))


@given(DEBTS, DEBTS, st.sampled_from((D(50), D(1_000))))
def test_knobs_never_loosen_over_score_growth_streak_and_posture(first, second, most):
    def knobs(streak, debt_s, growth, rank):
        score = debt_s / 30 + streak * 0.15
        debt = Debt(debt_s, int(debt_s > 0), streak, score, growth)
        return knobs_of(POSTURES[rank], debt, most, BeliefLimits())

    calm, worse = knobs(*first), knobs(*(max(pair) for pair in zip(first, second, strict=True)))
    assert worse.allow_entries <= calm.allow_entries
    assert worse.max_notional_usdt <= calm.max_notional_usdt
    assert worse.max_leverage <= calm.max_leverage
    assert worse.min_entry_conf >= calm.min_entry_conf
    assert worse.entry_cooldown_seconds >= calm.entry_cooldown_seconds
    assert worse.max_open_orders_per_symbol <= calm.max_open_orders_per_symbol
    assert worse.mode.rank >= calm.mode.rank >= Posture.GREEN.rank
    assert worse.kill_switch_trip >= calm.kill_switch_trip


STEPS = st.builds(
    Step, st.just(0.0), st.just(0.0), st.floats(0, 1), st.integers(1, 125), st.floats(0, 1), st.integers(0, 400),
    st.integers(0, 20),
)  # fmt: skip


@given(STEPS, STEPS, st.sampled_from(list(itertools.combinations(POSTURES, 2))))
def test_a_posture_is_never_milder_than_a_calmer_one_however_they_are_configured(yellow, orange, pair):
    limits = BeliefLimits(yellow=replace(yellow, up=0.5), orange=replace(orange, up=1.5))
    calm, worse = [knobs_of(held, NO_DEBT, D(1_000), limits) for held in pair]
    assert worse.max_notional_usdt <= calm.max_notional_usdt
    assert worse.max_leverage <= calm.max_leverage
    assert worse.min_entry_conf >= calm.min_entry_conf
    assert worse.entry_cooldown_seconds >= calm.entry_cooldown_seconds
    assert worse.max_open_orders_per_symbol <= calm.max_open_orders_per_symbol

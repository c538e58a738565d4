"""Goal: the check and the run cannot disagree, whatever the rules, the limits and the NAV (R5, L6)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hedgectl.core.belief.debt import NO_DEBT
from hedgectl.core.belief.knobs import knobs_of
from hedgectl.core.belief.posture import POSTURES, Posture
from hedgectl.core.model.evidence import Quote, Wallet
from hedgectl.core.model.input import ClockMeasured, InstrumentsTaken, IntentReceived, QuotesTaken, Started
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Side
from hedgectl.core.risk.sizing_check import Asked, check
from hedgectl.core.settings import BeliefLimits, RiskLimits, Settings, Step, Tier

CENT = D("0.01")
HOUSE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def one_of(*numbers):
    """One of them, each as likely as the other: amounts of like size meet, which random ones rarely do."""
    return st.sampled_from([D(each) for each in numbers])


@st.composite
def questions(draw, rules):
    step = draw(one_of("0.001", "0.0001", "0.05", "1", "10", "3"))
    max_qty = step * draw(st.sampled_from([2, 300, 100_000, 100_000]))
    told = replace(
        rules,
        market_step=step,
        market_min_qty=step * draw(st.sampled_from([1, 1, 5])),
        market_max_qty=max_qty,
        max_qty=max_qty * draw(st.sampled_from([1, 10])),
        min_notional=draw(one_of("0", "5", "20", "100", "7.77")),
    )
    tier = Tier("core", ("BTCUSDT",), draw(one_of("0.0333", "0.08", "2")), draw(one_of("0.07", "1", "4")), 5)
    floors = (("BTCUSDT", draw(one_of("15", "33.37", "200"))), ("ETHUSDT", D(7)))
    risk = RiskLimits(
        tiers=draw(st.sampled_from([(), (tier,)])),
        symbol_share=draw(one_of("0.0137", "0.08", "0.5", "2")),
        gross_share=draw(one_of("0.06", "0.9999", "2", "4")),
        order_floor_usdt=draw(one_of("0", "10", "33.33")),
        symbol_floors_usdt=draw(st.sampled_from([(), floors])),
    )
    belief = BeliefLimits(
        yellow=Step(0.5, 0.3, draw(st.sampled_from([0.5, 0.13])), 10, 0.5, 0, 4),
        orange=Step(1.5, 1.0, draw(st.sampled_from([0.1, 0.07])), 5, 0.7, 0, 2),
    )
    order_usdt = draw(one_of("20", "77.7", "123.6", "400", "1000"))
    made = Settings(
        symbols=("BTCUSDT",),
        order_notional_usdt_max=order_usdt,
        symbol_notional_usdt_max=order_usdt + draw(one_of("0", "11.1", "1000")),
        parts_max=draw(st.sampled_from([1, 20])),
        risk=risk,
        belief=belief,
    )
    price = (draw(one_of("0.07", "0.61", "1.0101", "5", "7.77", "29.5")) / step).quantize(D("1E-8"))
    nav = draw(one_of("20", "187.49", "187.5", "412.18", "1000", "1545.01", "9000"))
    return Asked(told, price, made, nav, draw(st.sampled_from(["GREEN", "GREEN", "YELLOW", "ORANGE", "RED"])))


def desk_of(make_bench, told, asked):
    """A fresh desk of these settings that was just asked for the smallest order, as a wish."""
    bench = make_bench(**{name: getattr(asked.settings, name) for name in Settings.__slots__})
    bench.say(Started("run1", "0", "sim", "x"))
    bench.say(ClockMeasured(0, 10))
    bench.say(InstrumentsTaken((asked.rules,), 2400, 300, 1200))
    shot = bench.snapshot()
    money = Wallet(asked.nav_usdt, D(0), asked.nav_usdt, asked.nav_usdt, shot.asked_ms)
    bench.say(replace(shot, wallet=money))
    bench.say(QuotesTaken((Quote("BTCUSDT", asked.price, asked.price, asked.price, shot.asked_ms),)))
    bench.state.durable.belief.posture = asked.posture
    wish = Entry("k1", "BTCUSDT", Side.BUY, shot.asked_ms, notional_usdt=told.floor_usdt, confidence=D(1))
    bench.say(IntentReceived(wish))
    return bench


def run_says(make_bench, told, asked):
    """The code with which a fresh desk refuses the smallest order; "" when it sends it."""
    bench = desk_of(make_bench, told, asked)
    refused = [event.code for event in bench.events if event.kind == "intent.refused"]
    return refused[-1] if refused else ""


@given(data=st.data())
@HOUSE
def test_the_check_says_what_a_fresh_desk_does(make_bench, make_instrument, data):
    asked = data.draw(questions(make_instrument()))
    told = check(asked)
    assert told.code == run_says(make_bench, told, asked)


@given(data=st.data())
@HOUSE
def test_the_nav_named_is_the_nav_that_works_and_a_cent_below_is_not(make_bench, make_instrument, data):
    asked = data.draw(questions(make_instrument()))
    needed = check(asked).nav_needed_usdt
    assume(needed is not None)
    at, below = (check(replace(asked, nav_usdt=nav)) for nav in (needed, needed - CENT))
    assert run_says(make_bench, at, at.asked) == at.code == ""
    if below.asked.nav_usdt > 0:
        assert run_says(make_bench, below, below.asked) == below.code != ""


SEED = RiskLimits(symbol_share=D("0.08"), order_floor_usdt=D(10), symbol_floors_usdt=(("BTCUSDT", D(15)),))


@pytest.mark.parametrize(("nav", "code"), [("187.49", "sizer_cap"), ("187.50", ""), ("0.01", "sizer_cap")])
def test_the_seeds_case_to_the_cent(make_bench, make_instrument, nav, code):
    rules = make_instrument(market_step=D("0.0001"), market_min_qty=D("0.0001"), min_notional=D(5))
    asked = Asked(rules, D(50_000), Settings(symbols=("BTCUSDT",), risk=SEED), D(nav))
    told = check(asked)
    assert told.code == run_says(make_bench, told, asked) == code
    assert (told.floor_usdt, told.nav_needed_usdt) == (15, D("187.50"))


def test_a_refusal_names_a_nav_that_works_and_never_rounds_a_cap_up_to_the_floor(make_bench, make_instrument):
    rules = make_instrument(market_step=D("0.0001"), market_min_qty=D("0.0001"), min_notional=D(5))
    asked = Asked(rules, D(50_000), Settings(symbols=("BTCUSDT",), risk=SEED), D("187.49"))
    bench = desk_of(make_bench, check(asked), asked)
    event = bench.events[-1]
    assert (event.number, event.limit) == ("15.00", "14.99")
    assert "187.50" in event.hint


@pytest.mark.parametrize("posture", [each.value for each in POSTURES])
def test_a_posture_leaves_what_its_knobs_leave(make_instrument, posture):
    limits = Settings(symbols=("BTCUSDT",))
    knobs = knobs_of(Posture(posture), NO_DEBT, limits.order_notional_usdt_max, limits.belief)
    told = check(Asked(make_instrument(), D(50_000), limits, D(10_000), posture))
    assert told.caps[1].usdt == knobs.max_notional_usdt
    assert told.barred is not knobs.allow_entries

"""Goal: a survey hears every gate and judges as the decision does; it changes nothing, and its numbers are the
gates' own (L6, T10)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedgectl.core.engine import entries
from hedgectl.core.engine.entries import Unasked, desk_for, judged
from hedgectl.core.engine.rehearsing import Outcome, forked, lean, recall, rehearse
from hedgectl.core.engine.surveying import survey
from hedgectl.core.engine.work import Work
from hedgectl.core.model.codec import encode
from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.input import QuotesTaken
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Kind, Leg, Mode, Purpose, Side
from hedgectl.core.model.verdict import Refused
from hedgectl.core.risk.exposure import EXPOSURE
from hedgectl.core.risk.identity import IDENTITY, NEEDS
from hedgectl.core.risk.sizing import size
from hedgectl.core.settings import RiskLimits
from hedgectl.core.state.durable import Kill

HOUSE = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
ORDER = [gate.__name__ for gate in (*IDENTITY, entries.leg_fits, size, *EXPOSURE)]


def moment(bench):
    return Moment(bench.ms, 1_767_225_600_000 + bench.ms, 1_767_225_600_000 + bench.ms)


def wish(bench, **changes):
    told = {"notional_usdt": D(150)} if "quantity" not in changes else {}
    return Entry("k9", "BTCUSDT", Side.BUY, moment(bench).exchange_ms, **told | changes)


def surveyed(bench, entry):
    return survey(Work(bench.state, moment(bench)), entry)


def refusals(found):
    return [each.verdict.code for each in found.rulings if isinstance(each.verdict, Refused)]


def test_every_gate_is_heard_in_its_order_though_the_first_one_refuses(bench):
    bench.state.durable.kill = Kill("entries", "a person", "person", 0)
    bench.state.volatile.failures["quotes"] = 9
    found = surveyed(bench, wish(bench, notional_usdt=D(10)))
    assert [each.gate for each in found.rulings] == ORDER
    assert refusals(found) == ["kill.entries", "venue.in_trouble", "sizer.below_minimum"]


def test_a_fact_that_is_missing_leaves_its_gates_unasked_and_one_refused_for_it(bench):
    bench.state.volatile.wallet = None
    bench.state.volatile.quotes.clear()
    found = surveyed(bench, wish(bench))
    unasked = {each.gate: each.verdict.missing for each in found.rulings if isinstance(each.verdict, Unasked)}
    assert unasked == {
        "day_not_lost": "nav", "not_drawn_down": "nav", "within_collar": "quote",
        "size": "quote", "within_caps": "size", "no_outlier": "size",
    }  # fmt: skip
    assert refusals(found) == ["nav.unknown", "market.no_quote"]
    assert found.steps is None


@pytest.mark.parametrize("missing", ["nav", "quote", "instrument", "mode", "tier"])
def test_what_a_gate_needs_is_all_that_it_needs(bench, missing):
    """Any fact that may be absent: no gate but those that name it falls over, and those do need it."""
    desk = replace(desk_for(Work(bench.state, moment(bench)), wish(bench)), **{missing: None})
    for gate in IDENTITY:
        if NEEDS.get(gate) == missing:
            with pytest.raises(AssertionError):
                gate(wish(bench), desk)
        else:
            gate(wish(bench), desk)
    list(judged(wish(bench), desk, approvals=True))


OBSTACLES = {
    "killed": lambda state: setattr(state.durable, "kill", Kill("entries", "why", "person", 0)),
    "stopping": lambda state: setattr(state.durable, "stopping", "time"),
    "unread": lambda state: setattr(state.volatile, "wallet", None),
    "unquoted": lambda state: state.volatile.quotes.clear(),
    "unruled": lambda state: state.durable.instruments.clear(),
    "blind": lambda state: state.volatile.failures.update(snapshot=5),
    "no mode": lambda state: setattr(state.durable, "mode", None),
    "leverage": lambda state: state.volatile.leverages.clear(),
    "banned": lambda state: state.volatile.budget.told(418, 2**60),
    "dead": lambda state: setattr(state.volatile, "journal_dead", "disk full"),
    "red": lambda state: setattr(state.durable.belief, "posture", "RED"),
}
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "quantity": st.sampled_from([D("0.002"), D("0.0021"), D(50), D("500.5")]),
        "leg": st.sampled_from([Leg.LONG, Leg.SHORT]),
        "leverage": st.sampled_from([1, 5, 125]),
        "kind": st.just(Kind.LIMIT),
        "paper": st.booleans(),
        "expires_ms": st.just(1),
    },
)


@given(st.sets(st.sampled_from(sorted(OBSTACLES)), max_size=4), WISHES)
@HOUSE
def test_the_first_refusal_of_the_survey_is_that_of_the_decision(make_bench, obstacles, changes):
    bench = make_bench(risk=RiskLimits(leverage_max=20)).start()
    for each in obstacles:
        OBSTACLES[each](bench.state)
    found = rehearse(bench.state, wish(bench, **changes), moment(bench))
    decided = [found.refused.code] if found.refused is not None else []
    assert refusals(found.survey)[:1] == decided
    assert (found.outcome is Outcome.REFUSED) is bool(decided)


def test_a_survey_changes_nothing(bench):
    before, spent = encode(bench.state.durable), deepcopy(bench.state.volatile.budget)
    surveyed(bench, wish(bench, leverage=3))
    assert encode(bench.state.durable) == before
    assert bench.state.volatile.budget == spent
    assert not bench.state.volatile.leverage_asked


def test_the_numbers_are_what_the_gate_looked_at(bench):
    bench.tick(1_500)
    rulings = {each.gate: dict(each.facts) for each in surveyed(bench, wish(bench, confidence=D("0.70"))).rulings}
    assert rulings["quote_fresh"] == {"quote_age_ms": "1500", "quote_age_ms_max": "5000"}
    assert rulings["confident_enough"] == {"entry.confidence": "0.7", "confidence_min": "0"}
    assert rulings["nav_known"] == {"nav.age_ms": "1500", "risk.nav_age_ms_max": "60000", "nav.usdt": "1000"}
    assert rulings["not_killed"] == {"kill": "-"}
    assert rulings["account_checked"] == {"checked": "yes"}
    assert rulings["size"] == {"quantity": "0.002", "notional_usdt": "100.0002", "cap_usdt": "1000"}


def test_each_step_from_the_wish_to_its_parts(make_bench):
    bench = make_bench(order_notional_usdt_max=D(10_000_000), symbol_notional_usdt_max=D(10_000_000))
    bench.start()
    found = surveyed(bench, wish(bench, notional_usdt=D(9_000_000)))
    (price, _, allowed, step, quantity, smallest, largest) = found.steps
    assert (price, allowed, step) == (D("50000.1"), D(100_000), D("0.001"))  # NAV 1,000: a hundred times that at most
    assert (quantity, smallest, largest) == (D("1.999"), D("0.002"), D(2_400))
    assert found.parts == (D("1.999"),)


def test_a_rehearsal_meets_what_it_needs_to_and_leaves_the_state_alone(bench):
    cover = bench.holding()
    lean(bench.state)
    recall(bench.state, ["hold"])
    bench.say(QuotesTaken((Quote("BTCUSDT", D(50_000), D("50000.1"), D(50_000), moment(bench).exchange_ms),)))
    before = encode(bench.state.durable)
    again = rehearse(forked(bench.state), replace(wish(bench), intent_id="hold"), moment(bench))
    assert again.refused.code == "risk.duplicate_intent"
    leave = rehearse(forked(bench.state), Exit("x1", "BTCUSDT", Side.SELL, 0), moment(bench))
    assert [each.quantity for each in leave.orders] == [D("0.002")]
    assert encode(bench.state.durable) == before
    assert cover.purpose is Purpose.COVER


def test_an_exit_waits_until_it_was_looked_and_then_closes_what_is_shown_or_has_nothing_to_close(bench):
    wanted = Exit("x1", "BTCUSDT", Side.BUY, 0)
    blind = rehearse(forked(bench.state), wanted, moment(bench))
    assert (blind.outcome, blind.waiting) == (Outcome.WAITS, "no position is known")
    flat = rehearse(forked(bench.state), wanted, moment(bench), bench.snapshot())
    assert flat.outcome is Outcome.NOTHING
    look = bench.snapshot((bench.leg("-0.3", leg=Leg.SHORT),))
    (order,) = rehearse(forked(bench.state), wanted, moment(bench), look).orders
    assert (order.side, order.position_side, order.quantity) == (Side.BUY, "SHORT", D("0.3"))


def test_leverage_is_set_first_and_the_cover_follows_the_first_fill(bench):
    bench.state.volatile.leverages.clear()
    found = rehearse(forked(bench.state), wish(bench, leverage=7), moment(bench))
    assert [type(each).__name__ for each in found.writes] == ["SetLeverage", "Send"]
    assert (found.survey.leverage.needed, found.survey.leverage.had) == (7, 0)
    ((cover,),) = [[each.order for each in found.cover]]
    assert (cover.purpose, cover.trigger_price) == (Purpose.COVER, D("49000"))


def test_a_paper_order_has_neither(bench):
    bench.state.volatile.leverages.clear()
    found = rehearse(forked(bench.state), wish(bench, paper=True), moment(bench))
    assert [type(each).__name__ for each in found.writes] == ["Send"]
    assert found.cover == []
    assert found.survey.leverage is None


def test_a_buy_without_a_leg_closes_short_in_hedge_mode_and_says_so(bench, one_way):
    wanted = Exit("x1", "BTCUSDT", Side.BUY, 0, quantity=D("0.5"))
    for mode, each, wire in ((Mode.HEDGE, bench, ("SHORT", None)), (Mode.ONE_WAY, one_way, ("BOTH", True))):
        found = rehearse(each.state, wanted, moment(each))
        assert (found.mode, found.inferred.inferred_side) == (mode, Leg.SHORT)
        assert [(order.position_side, order.reduce_only) for order in found.orders] == [wire]


def test_an_account_that_nobody_looked_at_is_said_to_be_so_and_not_to_be_so_many_ms_old(bench):
    bench.state.volatile.checked, bench.state.volatile.snapshot_ms = False, 0
    (verdict,) = [each.verdict for each in surveyed(bench, wish(bench)).rulings if each.gate == "looked_lately"]
    assert (verdict.code, verdict.number) == ("belief.stale_truth", "never looked")

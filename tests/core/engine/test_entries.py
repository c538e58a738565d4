"""Entries: what passes becomes orders of the right shape; what does not is refused, with its reason."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.core.model.command import MeasureClock, ReadInstruments
from hedgectl.core.model.input import (
    ClockMeasured,
    InstrumentsTaken,
    IntentReceived,
    ReadFailed,
    ReadRetried,
    Started,
    StopRequested,
)
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Kind, Lane, Leg, Mode, Purpose, Side, Tif


def refusal(bench):
    return next(event for event in reversed(bench.events) if event.kind == "intent.refused")


def test_an_entry_is_noted_prepared_and_sent_with_its_window(bench):
    bench.enter()
    (order,) = bench.sent
    assert bench.kinds()[-2:] == ["intent.accepted", "order.prepared"]
    assert (order.purpose, order.lane, order.kind) == (Purpose.ENTRY, Lane.ENTRY, Kind.MARKET)
    assert (order.position_side, order.reduce_only) == ("LONG", None)
    assert order.quantity == D("0.002")  # 150 / 50000.1 rounded down to the step
    assert order.recv_window_ms == 2500
    assert len(order.client_id) <= 36


def test_one_way_mode_sends_both_and_no_flag(one_way):
    one_way.enter(side=Side.SELL)
    (order,) = one_way.sent
    assert (order.position_side, order.reduce_only, order.side) == ("BOTH", None, Side.SELL)


def test_a_limit_entry_rests_post_only_at_the_near_touch(bench):
    bench.enter(kind=Kind.LIMIT)
    (order,) = bench.sent
    assert (order.price, order.tif) == (D("50000"), Tif.GTX)


def test_an_entry_above_the_exchanges_maximum_goes_in_parts_of_one_intent(bench, make_instrument):
    bench.say(InstrumentsTaken((make_instrument(market_max_qty=D("0.004")),), 2400, 300, 1200))
    bench.enter(notional_usdt=None, quantity=D("0.010"))
    assert [order.quantity for order in bench.sent] == [D("0.004"), D("0.003"), D("0.003")]
    assert len({order.client_id for order in bench.sent}) == 3
    assert {order.intent_id for order in bench.sent} == {"k1"}


def test_a_wish_above_a_cap_is_clipped_to_it(bench):
    bench.enter(notional_usdt=D("1051"))
    assert bench.sent[0].quantity == D("0.019")  # 1,000 USDT at 50,000.1, down to the step


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": "DOGEUSDT"}, "risk.not_listed"),
        ({"symbol": "ETHUSDT"}, "market.no_quote"),
        ({"notional_usdt": D("99")}, "sizer.below_minimum"),
        ({"notional_usdt": D("999"), "quantity": None}, None),
        ({"notional_usdt": None, "quantity": D("0.021")}, "risk.order_cap"),
        ({"notional_usdt": None, "quantity": D("0.0025")}, "sizer.off_step"),
        ({"kind": Kind.LIMIT, "price": D("49999.95")}, "sizer.off_tick"),
        ({"leg": Leg.SHORT}, "intent.wrong_leg"),
        ({"notional_usdt": None, "quantity": D("5000")}, "sizer.too_many_parts"),
    ],
)
def test_each_gate_refuses_with_its_code_and_a_hint(bench, changes, code):
    bench.enter(**changes)
    if code is None:
        assert bench.sent
        return
    assert not bench.sent
    found = refusal(bench)
    assert found.code == code
    assert found.hint
    assert found.number


def test_before_the_first_look_at_the_account_no_entry_leaves(make_bench):
    early = make_bench()
    early.enter()
    assert refusal(early).code == "run.unchecked"


def test_the_same_intent_twice_is_one_order(bench):
    bench.enter("k1")
    bench.enter("k1")
    assert len(bench.sent) == 1
    assert refusal(bench).code == "risk.duplicate_intent"
    bench.fill(bench.sent[0])
    bench.answer(bench.sent[0])
    bench.enter("k1")
    assert [order.purpose for order in bench.sent].count(Purpose.ENTRY) == 1


@pytest.mark.parametrize(
    ("age_ms", "code"),
    [(30_000, None), (30_001, "risk.expired"), (-2_000, None), (-2_001, "risk.from_future")],
)
def test_age_is_judged_on_both_sides_of_its_limits(bench, age_ms, code):
    now = 1_767_225_600_000 + bench.ms
    bench.say(IntentReceived(Entry("k1", "BTCUSDT", Side.BUY, now - age_ms, notional_usdt=D(150))))
    assert (refusal(bench).code if not bench.sent else None) == code


def test_a_quote_too_old_takes_no_entry(bench):
    bench.ms += 5_001
    bench.enter()
    assert refusal(bench).code == "market.stale_quote"


def test_working_orders_count_towards_the_symbols_cap(make_bench):
    bench = make_bench(symbol_notional_usdt_max=D("180")).start()
    bench.enter("k1", notional_usdt=D("120"))
    bench.enter("k2", notional_usdt=D("120"))
    assert refusal(bench).code == "risk.symbol_cap"


def test_while_an_order_is_unknown_its_symbol_takes_no_entry_and_others_do(bench):
    bench.enter("k1")
    bench.lose(bench.sent[0])
    bench.enter("k2")
    assert refusal(bench).code == "belief.unsettled"
    bench.enter("k3", "METISUSDT")
    assert bench.sent[-1].symbol == "METISUSDT"


def test_an_exchange_that_cannot_be_read_takes_no_entry_until_it_can(bench):
    for _ in range(3):
        bench.say(ReadFailed("snapshot", "", "503 Service Unavailable."))
    bench.enter("k1")
    assert refusal(bench).code == "venue.in_trouble"
    bench.look_at()
    bench.enter("k2")
    assert bench.sent


@pytest.mark.parametrize(("what", "command"), [("instruments", ReadInstruments), ("clock", MeasureClock)])
def test_what_gave_up_at_the_start_is_asked_again_with_the_cycle(make_bench, what, command):
    bench = make_bench()
    bench.say(Started("run1", "0", "sim", "x"))
    bench.say(ReadFailed(what, "", "read_timeout"))
    bench.look_at()
    asked = len(bench.commands)
    bench.tick(10_001)
    assert any(isinstance(each, command) for each in bench.commands[asked:])
    bench.say(bench.rules() if what == "instruments" else ClockMeasured(0, 10))
    asked = len(bench.commands)
    bench.look_at()
    bench.tick(10_001)
    assert not any(isinstance(each, command) for each in bench.commands[asked:])


def test_a_retried_read_is_an_event(bench):
    bench.say(ReadRetried("openOrders", 1, 200, "read_timeout"))
    assert bench.events[-1].kind == "venue.retry"


def test_after_the_request_to_stop_entries_end_and_resting_ones_are_withdrawn(bench):
    bench.enter("k1", kind=Kind.LIMIT)
    bench.answer(bench.sent[0], "NEW", D(0))
    bench.say(StopRequested("SIGTERM"))
    assert [cancel.client_id for cancel in bench.cancels] == [bench.sent[0].client_id]
    bench.enter("k2")
    assert refusal(bench).code == "run.stopping"


def test_a_dead_journal_takes_no_entry_and_every_exit(bench):
    bench.holding()
    bench.state.volatile.journal_dead = "disk full"
    bench.enter("k2")
    assert refusal(bench).code == "run.journal_dead"
    bench.leave()
    assert bench.sent[-1].purpose is Purpose.EXIT


def test_a_rejected_entry_ends_its_intent_and_is_not_sent_again(bench):
    bench.enter()
    bench.refuse(bench.sent[0], -2019, "Margin is insufficient.")
    assert bench.kinds()[-2:] == ["order.rejected", "intent.done"]
    assert bench.events[-1].outcome == "rejected -2019"
    bench.tick(60_000)
    assert len(bench.sent) == 1


def test_a_resting_entry_has_a_bounded_life(bench):
    bench.enter(kind=Kind.LIMIT)
    bench.answer(bench.sent[0], "NEW", D(0))
    bench.tick(60_001)
    assert [cancel.client_id for cancel in bench.cancels] == [bench.sent[0].client_id]


def test_paper_goes_the_same_way_and_moves_nothing(bench):
    bench.enter(paper=True)
    bench.answer(bench.sent[0], "PAPER", D(0))
    assert bench.events[-1].outcome == "paper"
    assert not bench.state.durable.positions
    assert bench.sent[0].paper


def test_mode_is_read_from_the_account_and_follows_it(bench):
    bench.look_at(mode=Mode.ONE_WAY, after_ms=1000)
    assert bench.events[-1].kind == "mode.read"
    bench.enter()
    assert bench.sent[-1].position_side == "BOTH"

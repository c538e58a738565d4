"""Cover: every fill is followed by a stop, a stop that fails is followed by the next or by a close (L3)."""

from __future__ import annotations

from decimal import Decimal as D

from hedgectl.core.model.evidence import AlgoRow, OrderRow, TradeRow
from hedgectl.core.model.input import LookedUp, OrderUpdated, Started
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Purpose, Side


def test_the_first_fill_of_an_entry_sends_its_stop(bench):
    bench.enter()
    bench.fill(bench.sent[0], quantity=D("0.001"), status="PARTIALLY_FILLED")
    stop = bench.sent[-1]
    assert (stop.purpose, stop.kind, stop.action, stop.lane) == (
        Purpose.COVER, Kind.STOP_MARKET, Action.CLOSE_ALL, Lane.PROTECT,
    )  # fmt: skip
    assert (stop.side, stop.position_side, stop.reduce_only, stop.quantity) == (Side.SELL, "LONG", None, None)
    assert stop.trigger_price == D("49000.0")
    bench.fill(bench.sent[0], quantity=D("0.001"))
    assert [order.purpose for order in bench.sent].count(Purpose.COVER) == 1  # sized by the exchange: one is enough


def test_a_short_is_covered_above(one_way):
    one_way.enter(side=Side.SELL)
    one_way.fill(one_way.sent[0])
    stop = one_way.sent[-1]
    assert (stop.side, stop.position_side, stop.trigger_price) == (Side.BUY, "BOTH", D("51000.0"))


def test_cover_counts_once_it_was_seen_resting_not_when_it_was_acknowledged(bench):
    bench.enter()
    bench.fill(bench.sent[0])
    bench.answer(bench.sent[1])
    assert not bench.state.durable.covers
    bench.algo(bench.sent[1])
    assert bench.state.durable.covers["BTCUSDT|LONG"].ours


def test_an_acknowledged_stop_is_looked_at_again_and_replaced_when_it_is_gone(bench):
    cover = bench.holding()
    bench.tick(2_001)
    assert bench.looks[-1].client_id == cover.client_id
    bench.say(LookedUp(cover.client_id, None, True, server_ms=1_767_225_600_000 + bench.ms))
    assert "cover.lost" in bench.kinds()
    again = bench.sent[-1]
    assert again.purpose is Purpose.COVER
    assert again.client_id != cover.client_id


def test_a_stop_past_the_market_becomes_an_emergency_close(bench):
    bench.enter()
    bench.quote("BTCUSDT", "48000", "48000.1")
    bench.fill(bench.sent[0])
    assert bench.sent[-1].purpose is Purpose.EMERGENCY
    assert (bench.sent[-1].side, bench.sent[-1].quantity) == (Side.SELL, D("0.002"))


def test_a_stop_that_would_trigger_at_once_becomes_an_emergency_close(bench):
    bench.enter()
    bench.fill(bench.sent[0])
    bench.refuse(bench.sent[1], -2021, "Order would immediately trigger.")
    assert bench.sent[-1].purpose is Purpose.EMERGENCY


def test_an_unknown_stop_is_followed_by_another_at_once(bench):
    bench.enter()
    bench.fill(bench.sent[0])
    bench.lose(bench.sent[1])
    bench.tick(501)
    assert [order.purpose for order in bench.sent[1:]] == [Purpose.COVER, Purpose.COVER]
    assert bench.sent[1].client_id != bench.sent[2].client_id


def test_a_stop_that_meets_its_twin_finds_the_twin_in_the_account(bench):
    bench.enter()
    bench.fill(bench.sent[0])
    bench.answer(bench.sent[0])
    bench.lose(bench.sent[1])
    bench.tick(501)
    bench.refuse(bench.sent[2], -4130, "An open stop or take profit order with GTE and closePosition ...")
    bench.look_at(bench.leg("0.002"), algos=(bench.algo_row(bench.sent[1]),), after_ms=100)
    assert bench.state.durable.covers["BTCUSDT|LONG"].client_id == bench.sent[1].client_id
    assert not any(order.purpose is Purpose.EMERGENCY for order in bench.sent)


def test_what_a_person_placed_counts_as_cover(bench):
    stop = AlgoRow("BTCUSDT", 5, "web_1", Side.SELL, Leg.LONG, "STOP_MARKET", "NEW", D(0), D(48000), True, 0, 0)
    bench.look_at(bench.leg("1"), algos=(stop,), after_ms=60_000)
    bench.say(bench.trades(), 100)
    bench.look_at(bench.leg("1"), algos=(stop,), after_ms=100)
    assert bench.state.durable.positions["BTCUSDT|LONG"].quantity == D(1)
    assert not bench.state.durable.covers["BTCUSDT|LONG"].ours
    assert not bench.sent


def test_a_stop_that_nobody_takes_ends_in_a_close(bench):
    bench.enter()
    bench.fill(bench.sent[0])
    for _ in range(40):
        order = bench.sent[-1]
        if order.purpose is Purpose.EMERGENCY:
            break
        bench.lose(order)
        bench.tick(10_000)
        bench.quote("BTCUSDT", "50000", "50000.1")
    assert bench.sent[-1].purpose is Purpose.EMERGENCY


def test_a_triggered_stop_is_followed_to_the_end_of_its_child(bench):
    cover = bench.holding()
    bench.algo(cover, "TRIGGERED", child=777)
    assert bench.state.durable.orders[cover.client_id].child_order_id == 777
    bench.fill(cover, "49000", D("0.002"))
    bench.algo(cover, "FINISHED", child=777)
    assert not bench.state.durable.positions
    assert not bench.state.durable.covers
    assert [order.purpose for order in bench.sent].count(Purpose.COVER) == 1


def test_an_older_page_never_brings_back_a_stop_that_is_gone(bench):
    cover = bench.holding()
    shown = bench.algo_row(cover)
    bench.leave()
    bench.fill(bench.sent[-1])
    old = bench.snapshot((bench.leg("0.003"),), algos=(shown,))
    bench.ms += 5
    bench.algo(cover, "EXPIRED")
    bench.say(old, 1)
    assert not bench.state.durable.covers
    bench.enter("next")
    bench.fill(bench.sent[-1])
    assert bench.sent[-1].purpose is Purpose.COVER
    assert bench.sent[-1].intent_id == "next"


def test_the_next_position_gets_its_own_stop_while_the_last_ones_end_is_not_known_yet(bench):
    cover = bench.holding()
    bench.leave()
    bench.fill(bench.sent[-1])
    assert not bench.state.durable.covers
    assert cover.client_id in bench.state.durable.orders
    bench.enter("next")
    bench.fill(bench.sent[-1])
    assert bench.sent[-1].purpose is Purpose.COVER


def test_a_flip_in_one_way_mode_is_covered_at_once_on_its_new_side(one_way):
    one_way.enter("short", side=Side.SELL)
    one_way.fill(one_way.sent[-1])
    stop_above = one_way.sent[-1]
    one_way.enter("long", notional_usdt=D(500))
    one_way.fill(next(order for order in one_way.sent if order.intent_id == "long"))
    stop_below = one_way.sent[-1]
    assert (stop_above.side, stop_below.side) == (Side.BUY, Side.SELL)
    one_way.algo(stop_above)
    one_way.algo(stop_below)
    assert one_way.state.durable.covers["BTCUSDT|BOTH"].client_id == stop_below.client_id


def test_a_leftover_that_cannot_be_withdrawn_is_given_up_told_of_and_begun_anew_after_a_pause(bench):
    cover = bench.holding()
    bench.leave()
    bench.fill(bench.sent[-1])
    bench.answer(bench.sent[-1])
    for _ in range(8):
        bench.look_at(algos=(bench.algo_row(cover),), after_ms=5_000)
    assert len(bench.cancels) == 5
    assert bench.kinds().count("cancel.gave_up") == 1
    assert [event.code for event in bench.events if event.kind == "alert"] == ["cancel.gave_up"]
    bench.look_at(algos=(bench.algo_row(cover),), after_ms=60_000)
    assert len(bench.cancels) == 6


def test_a_stop_left_behind_by_a_closed_position_is_withdrawn(bench):
    cover = bench.holding()
    bench.leave()
    bench.fill(bench.sent[-1])
    bench.answer(bench.sent[-1])
    bench.look_at(algos=(bench.algo_row(cover),), after_ms=5_000)
    assert [cancel.client_id for cancel in bench.cancels] == [cover.client_id]


def test_after_a_restart_a_leg_without_a_known_stop_gets_one_though_the_account_cannot_be_read(bench):
    bench.enter("open")
    entry = bench.sent[-1]
    bench.fill(entry)
    bench.answer(entry)
    first = bench.sent[-1]
    bench.say(Started("run2", "0", "sim", "x"), 1_000)
    bench.tick(1_000)
    assert bench.sent[-1] is first, "a look may show it"
    bench.tick(1_000)
    assert (bench.sent[-1].purpose, bench.sent[-1].client_id != first.client_id) == (Purpose.COVER, True)


def test_a_stop_that_is_acknowledged_and_never_seen_resting_does_not_hold_up_the_next(bench):
    bench.enter("open")
    entry = bench.sent[-1]
    bench.fill(entry)
    bench.answer(entry)
    first = bench.sent[-1]
    bench.answer(first)
    bench.tick(3_400)
    assert bench.sent[-1] is first
    bench.tick(200)
    assert bench.sent[-1].purpose is Purpose.COVER
    assert bench.sent[-1].client_id != first.client_id


def test_an_emergency_close_that_was_refused_takes_next_what_the_exchange_shows(bench):
    """A hedge leg refuses a close above it whole (-2022), and belief may be too large until its trades are read."""
    bench.enter()
    bench.quote("BTCUSDT", "48000", "48000.1")
    bench.fill(bench.sent[0])
    bench.look_at(bench.leg("0.0015"), after_ms=1_500)
    bench.refuse(bench.sent[-1], -2022, "ReduceOnly Order is rejected.")
    bench.tick(1_000)
    assert [each.quantity for each in bench.sent if each.purpose is Purpose.EMERGENCY] == [D("0.002"), D("0.0015")]


def test_a_leg_that_is_known_before_the_mode_gets_its_stop_by_what_the_leg_says(make_bench):
    """A person trades while a process that could not read the account yet hears of it by the stream."""
    bench = make_bench()
    bench.say(Started("run1", "0", "sim", "x"))
    at_ms = 1_767_225_600_000
    row = OrderRow(
        "BTCUSDT", 7, "web_a", Side.SELL, Leg.SHORT, "MARKET", "FILLED", D("0.002"), D("0.002"), D(0), False, at_ms
    )
    trade = TradeRow(
        "BTCUSDT", 1, 7, "web_a", Side.SELL, Leg.SHORT, D("0.002"), D("50000"), D(0), "USDT", D(0), False, at_ms
    )
    bench.say(OrderUpdated(row, "TRADE", trade))
    assert bench.state.durable.mode is None
    assert [(each.side, each.position_side, each.action) for each in bench.sent] == [
        (Side.BUY, "SHORT", Action.CLOSE_ALL)
    ]

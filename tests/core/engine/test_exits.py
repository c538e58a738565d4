"""Exits: never refused by us, of any size, in either mode, and repeated until the exchange has closed (L2, E3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import InstrumentsTaken, KillActed, ReadFailed
from hedgectl.core.model.order import Leg, Mode, Purpose, Side

T0 = 1_767_225_600_000


def exits(bench):
    return [order for order in bench.sent if order.purpose is Purpose.EXIT]


@pytest.mark.parametrize(
    ("mode", "position_side", "reduce_only"), [(Mode.HEDGE, "LONG", None), (Mode.ONE_WAY, "BOTH", True)]
)
def test_a_close_says_what_its_mode_wants(make_bench, mode, position_side, reduce_only):
    bench = make_bench(mode).start()
    bench.holding()
    bench.leave()
    (order,) = exits(bench)
    assert (order.side, order.position_side, order.reduce_only) == (Side.SELL, position_side, reduce_only)
    assert order.quantity == D("0.002")
    bench.fill(order)
    bench.answer(order)
    assert bench.events[-1].kind == "intent.done"
    assert bench.events[-1].outcome == "filled"
    assert not bench.state.durable.positions


def test_an_inferred_leg_is_noted_with_what_traces_a_later_refusal(bench):
    bench.holding(Side.SELL)
    bench.leave(side=Side.BUY)
    noted = next(event for event in bench.events if event.kind == "order.inferred" and event.side is Side.BUY)
    assert (noted.symbol, noted.inferred_side) == ("BTCUSDT", Leg.SHORT)
    assert noted.correlation_id
    assert exits(bench)[0].position_side == "SHORT"


def test_616_19_closes_whole_while_our_rules_say_step_1(bench, make_instrument):
    bench.look_at(bench.leg("616.19", "METISUSDT", entry="40"), after_ms=60_000)
    bench.say(bench.trades(symbol="METISUSDT"), 100)
    bench.look_at(bench.leg("616.19", "METISUSDT", entry="40"), after_ms=100)
    wrong = make_instrument("METISUSDT", tick=D("0.01"), step=D(1), market_step=D(1), market_max_qty=D(250))
    bench.say(InstrumentsTaken((wrong,), 2400, 300, 1200))
    bench.leave(symbol="METISUSDT")
    assert [order.quantity for order in exits(bench)] == [D(206), D(205), D("205.19")]


def test_a_partial_exit_is_clipped_to_what_is_left(bench):
    bench.holding()
    bench.leave(quantity=D("0.5"))
    assert exits(bench)[0].quantity == D("0.002")


def test_an_exit_with_a_quantity_goes_even_when_we_believe_flat(bench):
    bench.leave(quantity=D("0.5"))
    assert exits(bench)[0].quantity == D("0.5")


def test_an_exit_of_something_unknown_waits_for_the_account_then_goes(bench):
    bench.leave()
    assert not exits(bench)
    assert bench.kinds()[-1] == "exit.waiting"
    bench.look_at(bench.leg("2"))
    assert exits(bench)[0].quantity == D(2)


def test_an_exit_of_nothing_ends_as_such(bench):
    bench.leave()
    bench.look_at()
    assert bench.events[-1].outcome == "nothing_to_close"


def test_an_unknown_whole_close_is_sent_again_at_once_under_a_new_name(bench):
    bench.holding()
    bench.leave()
    bench.lose(exits(bench)[0])
    first, second = exits(bench)
    assert first.client_id != second.client_id
    assert second.quantity == D("0.002")


def test_an_unknown_partial_exit_settles_and_is_not_repeated(bench):
    bench.holding()
    bench.leave(quantity=D("0.001"))
    bench.lose(exits(bench)[0])
    bench.tick(1_000)
    assert len(exits(bench)) == 1
    assert bench.looks


def test_a_throttled_exit_goes_again_at_once_then_with_each_look_and_gives_up_loudly(bench):
    bench.holding()
    bench.leave()
    bench.refuse(exits(bench)[-1], -1003, "Too many requests", status=429)
    assert len(exits(bench)) == 2
    for _ in range(10):
        bench.refuse(exits(bench)[-1], -1003, "Too many requests", status=429)
        bench.look_at(bench.leg("0.003"))
    assert len(exits(bench)) == 5
    assert [event.attempt for event in bench.events if event.kind == "order.retry"] == [2, 3, 4, 5]
    assert any(event.kind == "alert" and event.code == "exit.refused" for event in bench.events)


def test_an_exit_refused_for_its_side_goes_again_in_the_accounts_mode(bench):
    bench.holding()
    bench.leave()
    bench.refuse(exits(bench)[0], -4061, "Order's position side does not match user's setting.")
    bench.look_at(bench.leg("0.002", leg=Leg.BOTH), mode=Mode.ONE_WAY)
    assert (exits(bench)[-1].position_side, exits(bench)[-1].reduce_only) == ("BOTH", True)


def test_what_the_kill_switch_sent_without_the_run_is_ours_and_looked_for(bench):
    bench.holding()
    bench.leave()
    sent = replace(bench.sent[-1], client_id=bench.sent[-1].client_id.replace("x0", "m0"), purpose=Purpose.EMERGENCY)
    bench.say(KillActed((sent,)))
    assert [event.kind for event in bench.events[-2:]] == ["order.prepared", "order.unknown"]
    bench.tick()
    assert bench.looks[-1].client_id == sent.client_id
    known = len(bench.events)
    bench.say(KillActed((sent,)))
    assert len(bench.events) == known, "once is enough"


def test_an_exit_that_waits_for_a_look_goes_by_belief_while_nothing_may_be_read(bench):
    bench.holding()
    bench.leave()
    bench.refuse(bench.sent[-1], -1021)
    bench.refuse(bench.sent[-1], -1021)
    assert bench.sent[-1].attempt == 2
    bench.say(ReadFailed("snapshot", "", "429", 429, T0 + bench.ms + 60_000))
    bench.tick(100)
    assert bench.sent[-1].attempt == 2
    bench.tick(1_000)
    assert (bench.sent[-1].attempt, bench.sent[-1].purpose) == (3, Purpose.EXIT)


def test_a_page_that_lacks_a_position_ends_no_exit(bench):
    cover = bench.holding()
    bench.ms += 60_000
    bench.leave()
    bench.refuse(bench.sent[-1], -2022)
    bench.look_at(algos=(bench.algo_row(cover),))
    assert bench.sent[-1].attempt == 2

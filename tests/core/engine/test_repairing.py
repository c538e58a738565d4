"""What a look shows otherwise: repaired with proof, left alone by policy, told in words, and told once (B1, B3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hedgectl.core.model.evidence import OrderRow, TradeRow
from hedgectl.core.model.input import IntentReceived, LookedUp, OrderUpdated
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.order import Kind, Leg, Purpose, Side
from hedgectl.core.orders.clientid import client_id
from hedgectl.core.settings import RepairLimits

D = Decimal
LONG = "BTCUSDT|LONG"
T0 = 1_767_225_600_000


def of(bench, kind):
    return [event for event in bench.events if event.kind == kind]


def alerts(bench):
    return [event.code for event in of(bench, "alert")]


def test_an_orphan_is_adopted_and_covered_once_its_trades_were_read(bench):
    bench.look_at(bench.leg("2"))
    bench.say(bench.trades())
    bench.look_at(bench.leg("2"))
    assert bench.state.durable.positions[LONG].quantity == 2
    assert [order.purpose for order in bench.sent] == [Purpose.COVER]


def test_by_policy_an_orphan_is_left_alone_and_no_entry_is_opened_beside_it(make_bench):
    bench = make_bench(repair=RepairLimits(adopt=False)).start()
    bench.look_at(bench.leg("2"))
    bench.say(bench.trades())
    bench.look_at(bench.leg("2"))
    assert not bench.state.durable.positions
    assert bench.state.durable.left == {LONG: D(2)}
    assert not bench.sent
    bench.enter("beside")
    assert of(bench, "intent.refused")[-1].code == "belief.position_left"
    bench.look_at(bench.leg("2"), after_ms=20_000)
    assert "mismatch.opened" not in bench.kinds()[-3:]
    bench.look_at()
    assert bench.state.durable.left == {}
    bench.quote("BTCUSDT", "50000", "50000.1")
    bench.enter("now")
    assert bench.sent[-1].purpose is Purpose.ENTRY


def stranger(bench, quantity="2", order_id=77, side=Side.BUY):
    at = bench.state.volatile.wallet.at_ms + 1
    row = OrderRow("BTCUSDT", order_id, "by-hand", side, Leg.LONG, "MARKET", "FILLED", D(quantity), D(quantity), D(0),
                   False, at)  # fmt: skip
    trade = TradeRow("BTCUSDT", 900 + order_id, order_id, "by-hand", side, Leg.LONG, D(quantity), D(50_000), D(0),
                     "USDT", D(0), False, at)  # fmt: skip
    return OrderUpdated(row, "TRADE", trade)


def test_a_strangers_fill_where_such_is_left_alone_is_no_position_of_ours(make_bench):
    bench = make_bench(repair=RepairLimits(adopt=False)).start()
    bench.say(stranger(bench))
    assert not bench.state.durable.positions
    assert bench.state.durable.left == {LONG: D(2)}
    bench.say(stranger(bench, side=Side.SELL, order_id=78))
    assert bench.state.durable.left == {}


def test_a_fill_that_came_before_its_orders_name_was_known_is_the_orders_after_all(bench):
    bench.enter("lost")
    order = bench.sent[-1]
    bench.lose(order)
    bench.order_id = 500
    trade = replace(bench.trade(order), client_id="")
    bench.ms += 60_000
    bench.say(bench.trades(trade))
    assert of(bench, "order.filled")[-1].client_id == ""
    bench.order_id = 499
    bench.answer(order)
    live = bench.state.durable.done[order.client_id]
    assert live.filled == order.quantity
    assert of(bench, "intent.done")[-1].outcome == "filled"
    assert not bench.state.durable.strangers


def test_another_entry_price_is_taken_over_and_needs_no_fill(bench):
    bench.holding()
    key, position = next(iter(bench.state.durable.positions.items()))
    row = bench.leg(str(position.quantity), entry="50100")
    for _ in range(2):
        bench.look_at(row, algos=covers(bench), after_ms=12_000)
        bench.say(bench.trades())
    bench.look_at(row, algos=covers(bench), after_ms=12_000)
    corrected = of(bench, "position.corrected")
    assert [event.quantity for event in corrected] == [position.quantity]
    assert bench.state.durable.positions[key].entry_price == 50_100


def covers(bench):
    return tuple(bench.algo_row(order) for order in bench.sent if order.purpose is Purpose.COVER)


def test_a_summary_is_told_when_it_changes_and_a_second_look_at_the_same_says_nothing(bench):
    bench.look_at(bench.leg("2"))
    first = of(bench, "reconcile.summary")
    assert [(each.found, each.skipped, each.repaired) for each in first] == [
        ((f"orphan {LONG} -> 2",), (f"{LONG}: own trades are read first",), ())
    ]
    assert any(text.startswith("snapshot") for text in first[0].evidence)
    bench.look_at(bench.leg("2"))
    assert len(of(bench, "reconcile.summary")) == 1
    bench.say(bench.trades())
    bench.look_at(bench.leg("2"))
    assert of(bench, "reconcile.summary")[-1].repaired == (f"orphan {LONG} 0 -> 2",)
    bench.look_at(bench.leg("2"), algos=covers(bench))
    last = of(bench, "reconcile.summary")[-1]
    assert (last.found, last.repaired, last.skipped) == ((), (), ())
    told = len(bench.events)
    bench.look_at(bench.leg("2"), algos=covers(bench), after_ms=200_000)
    assert [event.kind for event in bench.events[told:]] == []


def test_what_takes_belief_back_is_bounded_a_look(make_bench):
    bench = make_bench(repair=RepairLimits(misses_min=1, repairs_max=1)).start()
    bench.quote("ETHUSDT", "50000", "50000.1")
    for symbol in ("BTCUSDT", "ETHUSDT"):
        bench.enter(symbol, symbol)
        entry = bench.sent[-1]
        bench.fill(entry)
        bench.answer(entry)
        cover = bench.sent[-1]
        bench.algo(cover)
        bench.answer(cover)
    bench.ms += 20_000
    bench.look_at(after_ms=11_000)
    for symbol in ("BTCUSDT", "ETHUSDT"):
        bench.say(bench.trades(symbol=symbol))
    bench.look_at(after_ms=11_000)
    assert len(of(bench, "position.corrected")) == 1
    assert "1 repairs were made with this look" in of(bench, "reconcile.summary")[-1].skipped[0]
    bench.look_at(after_ms=11_000)
    assert len(of(bench, "position.corrected")) == 2


def test_a_profit_that_no_shown_position_explains_speaks_for_the_one_that_is_not_shown(bench):
    """Page after page lacks the leg, and the same look has an unrealised profit of the account."""
    bench.holding()
    bench.say(bench.trades())
    for _ in range(3):
        bench.ms += 12_000
        lacking = bench.snapshot()
        bench.say(replace(lacking, wallet=replace(lacking.wallet, unrealised=D("0.11"))))
        bench.say(bench.trades())
    assert LONG in bench.state.durable.positions
    for _ in range(3):
        bench.look_at(after_ms=12_000)
        bench.say(bench.trades())
    assert LONG not in bench.state.durable.positions


def test_an_order_of_ours_in_nobodys_book_is_withdrawn_after_the_visibility_bound(bench):
    name = client_id("forgotten", Leg.LONG, Purpose.ENTRY)
    row = OrderRow("BTCUSDT", 4_000, name, Side.BUY, Leg.LONG, "LIMIT", "NEW", D("0.01"), D(0), D(49_000), False, 0)
    by_hand = replace(row, client_id="web_abc", order_id=4_001)
    for after_ms in (100, 5_000, 6_000):
        bench.ms += after_ms
        bench.say(bench.snapshot(orders=(row, by_hand)))
    assert [(each.client_id, each.conditional) for each in bench.cancels] == [(name, False)]
    for _ in range(10):
        bench.ms += 10_000
        bench.say(bench.snapshot(orders=(row, by_hand)))
    assert len(bench.cancels) == bench.state.settings.cancel_attempts_max
    assert alerts(bench) == ["cancel.not_confirmed"]


def test_a_stop_that_the_journal_forgot_stays_while_it_covers_a_leg(bench):
    cover = bench.holding()
    bench.state.durable.orders.pop(cover.client_id)
    row, held = bench.algo_row(cover), bench.state.durable.positions[LONG].quantity
    for _ in range(4):
        bench.look_at(bench.leg(str(held)), algos=(row,), after_ms=10_000)
    assert not bench.cancels
    bench.leave()
    bench.fill(bench.sent[-1])
    bench.answer(bench.sent[-1])
    for _ in range(3):
        bench.look_at(algos=(row,), after_ms=10_000)
    assert cover.client_id in {each.client_id for each in bench.cancels}


def prove_absent(bench, order):
    """Every source shows nothing, twice, the second time past the visibility bound."""
    for after_ms in (4_000, 14_000):
        bench.ms = order.timestamp_ms - T0 + after_ms
        bench.say(LookedUp(order.client_id, None, True, server_ms=T0 + bench.ms))
        bench.say(bench.trades())
        bench.say(bench.snapshot())


def test_an_order_that_was_called_absent_and_appears_is_told_counted_and_withdrawn(bench):
    bench.enter("late", kind=Kind.LIMIT, price=D(49_000))
    order = bench.sent[-1]
    bench.lose(order)
    prove_absent(bench, order)
    assert of(bench, "order.absent")
    bench.order_id = 900
    row = OrderRow("BTCUSDT", 900, order.client_id, Side.BUY, Leg.LONG, "LIMIT", "NEW", order.quantity, D(0),
                   D(49_000), False, 0)  # fmt: skip
    bench.say(OrderUpdated(row, "NEW"))
    assert [event.called for event in of(bench, "order.late")] == ["absent"]
    assert "settle.late_acceptance" in alerts(bench)
    bench.ms += 100
    bench.say(bench.snapshot(orders=(row,)))
    assert [each.client_id for each in bench.cancels] == [order.client_id]
    assert bench.state.durable.late == len(of(bench, "order.late")) == 1


def test_an_exit_refused_for_a_position_is_paced_and_outlives_a_lagging_page(bench):
    cover = bench.holding()
    bench.leave()
    row = bench.algo_row(cover)
    bench.refuse(bench.sent[-1], -2022)
    held = bench.leg(str(bench.state.durable.positions[LONG].quantity))
    bench.look_at(held, algos=(row,))
    assert bench.sent[-1].attempt == 2
    bench.refuse(bench.sent[-1], -2022)
    bench.look_at(held, algos=(row,))
    assert bench.sent[-1].attempt == 2, "it has its pause"
    bench.look_at(held, algos=(row,), after_ms=1_000)
    assert bench.sent[-1].attempt == 3


def test_an_exit_is_not_called_done_because_the_page_does_not_show_a_fresh_fill_yet(bench):
    cover = bench.holding()
    bench.leave()
    bench.refuse(bench.sent[-1], -1021)
    bench.refuse(bench.sent[-1], -1021)
    bench.look_at(algos=(bench.algo_row(cover),))
    assert bench.sent[-1].attempt == 3
    assert not of(bench, "intent.done")[1:]


def test_a_stop_without_an_answer_does_not_hold_up_the_next(bench):
    bench.enter("open")
    entry = bench.sent[-1]
    bench.fill(entry)
    bench.answer(entry)
    first = bench.sent[-1]
    assert first.purpose is Purpose.COVER
    bench.tick(1_000)
    assert bench.sent[-1] is first
    bench.tick(600)
    assert bench.sent[-1].purpose is Purpose.COVER
    assert bench.sent[-1].client_id != first.client_id


def test_exits_of_a_position_that_is_left_alone_still_go(make_bench):
    bench = make_bench(repair=RepairLimits(adopt=False)).start()
    bench.say(stranger(bench))
    bench.say(IntentReceived(Exit("out", "BTCUSDT", Side.SELL, 0, None, leg=Leg.LONG)))
    bench.look_at(bench.leg("2"))
    assert [(order.purpose, order.quantity) for order in bench.sent] == [(Purpose.EXIT, D(2))]

"""Unknown is settled: looked for, adopted when found, absent only with proof, never sent again before (L9)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

from hedgectl.core.model.command import SuspectStream
from hedgectl.core.model.event import Alert, OrderAbsent
from hedgectl.core.model.evidence import OrderRow
from hedgectl.core.model.input import LookedUp, Started, StreamChanged
from hedgectl.core.model.order import Leg, Purpose, Side
from hedgectl.core.state.durable import Stage

T0 = 1_767_225_600_000


def row(order, status="FILLED", executed="0.002", order_id=9):
    side = Leg(order.position_side)
    return OrderRow(order.symbol, order_id, order.client_id, order.side, side, "MARKET", status, order.quantity,
                    D(executed), D(0), False, T0)  # fmt: skip


def miss(bench, order, server_ms):
    bench.say(LookedUp(order.client_id, None, True, server_ms=server_ms))


def unknown(bench):
    bench.enter()
    order = bench.sent[0]
    bench.lose(order)
    return order


def test_a_lost_reply_is_looked_for_and_the_found_order_adopted(bench):
    order = unknown(bench)
    bench.tick(300)
    assert bench.looks[-1].client_id == order.client_id
    bench.say(LookedUp(order.client_id, row(order), False))
    assert bench.kinds()[-1] == "order.accepted"
    bench.tick(2_100)  # its fill did not come by the stream: own trades are read
    bench.say(bench.trades(bench.trade(order)))
    assert bench.state.durable.positions["BTCUSDT|LONG"].quantity == D("0.002")
    assert [sent.purpose for sent in bench.sent] == [Purpose.ENTRY, Purpose.COVER]


def test_not_found_before_the_deadline_proves_nothing(bench):
    order = unknown(bench)
    deadline = order.timestamp_ms + 2_500 + 1_000 + 500
    miss(bench, order, deadline - 1)
    bench.say(bench.trades(), 10_000)
    bench.say(bench.snapshot())
    assert "order.missed" not in bench.kinds()


def test_absent_needs_every_source_twice_and_the_visibility_bound(bench):
    order = unknown(bench)
    deadline = order.timestamp_ms + 4_000

    def everything_shows_nothing():
        miss(bench, order, T0 + bench.ms)
        bench.say(bench.trades())
        bench.say(bench.snapshot())

    bench.ms = deadline - T0
    everything_shows_nothing()
    assert bench.kinds().count("order.missed") == 1
    bench.ms = deadline + 9_999 - T0
    everything_shows_nothing()
    assert "order.absent" not in bench.kinds()
    bench.ms = deadline + 10_000 - T0
    everything_shows_nothing()
    assert any(isinstance(event, OrderAbsent) for event in bench.events)
    assert next(event for event in bench.events if event.kind == "intent.done").outcome == "absent"
    assert len(bench.sent) == 1  # an entry is rather missed than doubled


def test_a_failed_question_is_no_evidence(bench):
    order = unknown(bench)
    bench.ms += 60_000
    bench.say(LookedUp(order.client_id, None, False, why="name resolution failed"))
    bench.say(bench.trades())
    bench.say(bench.snapshot())
    assert bench.kinds().count("order.missed") == 0


def test_an_unattributed_trade_or_position_change_is_not_absence(bench):
    order = unknown(bench)
    bench.ms += 5_000
    miss(bench, order, T0 + bench.ms)
    stranger = replace(bench.trade(order), client_id="", order_id=4)
    bench.say(bench.trades(stranger))
    bench.say(bench.snapshot((bench.leg("0.002"),)))
    assert "order.missed" not in bench.kinds()
    bench.say(LookedUp(order.client_id, row(order, order_id=4), False))
    bench.tick(2_100)
    bench.say(bench.trades(stranger))
    assert bench.state.durable.intents_done["k1"] == "filled"


def test_duplicate_client_id_means_it_exists_so_look(bench):
    bench.enter()
    bench.refuse(bench.sent[0], -4116, "ClientOrderId is duplicated.")
    assert bench.kinds()[-1] == "order.unknown"
    bench.tick(1)
    assert bench.looks


def test_a_late_stream_event_settles_it_too(bench):
    order = unknown(bench)
    bench.fill(order)
    assert not bench.state.volatile.settling
    assert bench.state.durable.positions["BTCUSDT|LONG"].quantity == D("0.002")


def test_what_was_prepared_before_a_crash_is_a_question_after_it(bench):
    bench.enter()
    (order,) = bench.sent
    bench.say(Started("run2", "0", "sim", "x"), 1_000)
    assert bench.state.durable.orders[order.client_id].stage.value == "unknown"
    bench.tick(1)
    assert bench.looks[-1].client_id == order.client_id
    assert len([sent for sent in bench.sent if sent.purpose is Purpose.ENTRY]) == 1


def test_a_fill_told_twice_counts_once(bench):
    bench.enter()
    order = bench.sent[0]
    trade = bench.trade(order)
    bench.fill(order)
    bench.say(bench.trades(trade, bench.trade(order)))
    bench.trade_id = 0
    again = bench.trade(order)
    bench.say(bench.trades(again))
    known = bench.state.durable.trades["BTCUSDT"]
    assert len(known) == 3
    assert bench.state.durable.positions["BTCUSDT|LONG"].quantity == D("0.006")


def test_a_bad_reply_proves_nothing_against_a_sensor(bench):
    bench.enter()
    bench.fill(bench.sent[0], quantity=D("0.001"), status="PARTIALLY_FILLED")
    bench.lose(bench.sent[0])
    assert bench.state.durable.orders[bench.sent[0].client_id].stage.value == "accepted"


def test_flat_both_sides_and_opposite_legs_are_two_positions(bench):
    bench.holding()
    bench.enter("s1", side=Side.SELL)
    bench.fill(bench.sent[-1])
    assert {key: str(p.quantity) for key, p in bench.state.durable.positions.items()} == {
        "BTCUSDT|LONG": "0.002", "BTCUSDT|SHORT": "-0.003",
    }  # fmt: skip


def test_a_fill_that_the_stream_kept_back_makes_the_stream_suspect(bench):
    bench.say(StreamChanged(True, "subscribed"))
    bench.ms += 1_000
    bench.enter()
    order = bench.sent[0]
    bench.answer(order)
    trade = bench.trade(order)
    bench.tick(2_100)
    bench.say(bench.trades(trade))
    assert [command for command in bench.commands if isinstance(command, SuspectStream)]


def test_a_fill_from_before_the_stream_came_up_is_no_reason_to_suspect_it(bench):
    bench.enter()
    order = bench.sent[0]
    bench.answer(order)
    trade = bench.trade(order)
    bench.ms += 1_000
    bench.say(StreamChanged(True, "subscribed"))
    bench.tick(2_100)
    bench.say(bench.trades(trade))
    assert not [command for command in bench.commands if isinstance(command, SuspectStream)]


def test_a_code_that_no_table_knows_is_told_once_and_proves_nothing(bench):
    bench.quote("ETHUSDT", "3000", "3000.1")
    for name, symbol in (("k1", "BTCUSDT"), ("k2", "ETHUSDT")):
        bench.enter(name, symbol)
        bench.refuse(bench.sent[-1], -7777, "New rule.")
        assert bench.state.durable.orders[bench.sent[-1].client_id].stage is Stage.UNKNOWN
    bench.enter("k3", "METISUSDT")
    bench.refuse(bench.sent[-1], -2019, "Margin is insufficient.")
    told = [each for each in bench.events if isinstance(each, Alert) and each.code == "venue.strange_code"]
    assert [(each.symbol, each.what) for each in told] == [("BTCUSDT", "-7777 New rule.")]

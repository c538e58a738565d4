"""The ledger: what an oracle can rely on."""

from __future__ import annotations

from decimal import Decimal as D

from hedgectl.sim.ledger import Ledger

SYMBOL = "BTCUSDT"


def test_every_order_fill_and_position_is_there(venue):
    v = venue()
    order = v.market("BUY", "15", client_id="mine")
    ledger = v.exchange.ledger
    (entry,) = ledger.of("order")
    assert (entry.body["client_id"], entry.body["origin"]) == ("mine", "client")
    assert [e.body["qty"] for e in ledger.of("fill")] == [10, 5]
    assert {e.body["client_id"] for e in ledger.of("fill")} == {"mine"}
    assert [(p.qty, p.mark) for p in ledger.positions[SYMBOL, "BOTH"]] == [(10, 100), (15, 100)]
    assert ledger.of("status")[-1].body["status"] == order.status


def test_cover_appears_and_goes(venue):
    v = venue(hedge=True)
    v.market("BUY", "1", "LONG")
    v.algo("SELL", "STOP_MARKET", "LONG", trigger_price="98", close_position=True)
    v.algo("SELL", "TAKE_PROFIT_MARKET", "LONG", trigger_price="110", close_position=True)
    v.wait(500)
    v.market("SELL", "1", "LONG")
    points = list(v.exchange.ledger.covers[SYMBOL, "LONG"])
    assert [(p.resting, p.qty, p.trigger_price) for p in points] == [(True, 0, 98), (False, 0, 98)]
    assert points[1].time_ms - points[0].time_ms == 500


def test_triggered_cover_is_no_cover_any_more(venue):
    v = venue()
    v.market("BUY", "1")
    v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    v.touch("97.9", "98.0")
    assert [p.resting for p in v.exchange.ledger.covers[SYMBOL, "BOTH"]] == [True]
    v.wait(11)
    assert [p.resting for p in v.exchange.ledger.covers[SYMBOL, "BOTH"]] == [True, False]


def test_refused_orders_are_not_accepted_orders(venue, refused):
    v = venue()
    with refused(-4164):
        v.market("BUY", "0.001")
    assert len(v.exchange.ledger) == 0


def test_entries_are_bounded_and_counted():
    ledger = Ledger(limit=8)
    for number in range(20):
        ledger.add(number, "manual", "", {"n": D(number)})
    assert len(ledger) <= 10
    assert ledger.dropped == 20 - len(ledger)
    assert ledger[-1].time_ms == 19

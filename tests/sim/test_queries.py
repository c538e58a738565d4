"""Own trades and income as the exchange tells them."""

from __future__ import annotations

SYMBOL = "BTCUSDT"
DAY_MS = 86_400_000


def test_trades_by_id_order_window_and_latest(venue):
    v = venue()
    ids = []
    for _ in range(5):
        order = v.market("BUY", "1")
        ids.append(order.order_id)
        v.wait(1000)
    rows = v.exchange.trades(SYMBOL)
    assert [t.order_id for t in rows] == ids
    assert v.exchange.trades(SYMBOL, from_id=rows[2].trade_id) == rows[2:]
    assert v.exchange.trades(SYMBOL, order_id=ids[1]) == rows[1:2]
    assert v.exchange.trades(SYMBOL, start_ms=rows[1].time_ms, limit=2) == rows[1:3]
    assert v.exchange.trades(SYMBOL, limit=2) == rows[3:]
    assert v.exchange.trades("ETHUSDT") == []


def test_trades_reach_seven_days_back_unless_told(venue):
    v = venue()
    order = v.market("BUY", "1")
    v.wait(8 * DAY_MS)
    assert v.exchange.trades(SYMBOL) == []
    assert len(v.exchange.trades(SYMBOL, start_ms=order.time_ms)) == 1
    assert len(v.exchange.trades(SYMBOL, order_id=order.order_id)) == 1
    assert len(v.exchange.trades(SYMBOL, from_id=0)) == 1
    v.wait(83 * DAY_MS)
    assert v.exchange.trades(SYMBOL, from_id=0) == []


def test_income_by_kind_and_symbol(venue):
    v = venue()
    v.market("BUY", "1")
    v.market("SELL", "1")
    assert [line.type for line in v.exchange.income()] == ["COMMISSION", "REALIZED_PNL", "COMMISSION"]
    assert len(v.exchange.income(kind="COMMISSION")) == 2
    assert v.exchange.income(symbol="ETHUSDT") == []
    assert len({line.tran_id for line in v.exchange.income()}) == 3

"""User events: their order, their keys, the text of their numbers."""

from __future__ import annotations

ORDER_KEYS = "s c S o f q p ap sp x X i l z L N n T t b a m R wt ot ps cp pP si ss rp V pm gtd er"
ALGO_KEYS = "caid aid at o s S ps f q X ai tp p V wt pm cp pP R tt gtd"


def test_events_of_a_market_order_in_order(venue):
    v = venue()
    v.market("BUY", "1")
    assert v.names() == ["ORDER:NEW:NEW", "TRADE_LITE", "ACCOUNT:ORDER", "ORDER:TRADE:FILLED"]


def test_each_piece_of_a_fill_is_told(venue):
    v = venue()
    v.market("BUY", "15")
    assert v.names()[1:] == [
        "TRADE_LITE",
        "ACCOUNT:ORDER",
        "ORDER:TRADE:PARTIALLY_FILLED",
        "TRADE_LITE",
        "ACCOUNT:ORDER",
        "ORDER:TRADE:FILLED",
    ]


def test_order_update_as_on_the_wire(venue):
    v = venue()
    order = v.market("BUY", "1", client_id="mine")
    new, trade = (e for e in v.events if e["e"] == "ORDER_TRADE_UPDATE")
    assert " ".join(new["o"]) == ORDER_KEYS
    assert list(trade) == ["e", "T", "E", "o"]
    told = trade["o"]
    assert (told["c"], told["i"], told["q"], told["p"]) == ("mine", order.order_id, "1.000", "0.00")
    assert (told["l"], told["z"], told["L"], told["ap"]) == ("1.000", "1.000", "100.10", "100.10000")
    assert (told["n"], told["N"], told["m"], told["rp"]) == ("0.05005000", "USDT", False, "0.00000000")
    assert new["o"]["n"] is None
    assert new["o"]["t"] == 0
    assert told["t"] == v.exchange.trades("BTCUSDT")[0].trade_id
    assert told["er"] == "0"


def test_trade_lite_as_on_the_wire(venue):
    v = venue()
    v.market("SELL", "1")
    lite = next(e for e in v.events if e["e"] == "TRADE_LITE")
    assert list(lite) == ["e", "E", "T", "s", "q", "p", "m", "c", "S", "L", "l", "t", "i"]
    assert (lite["L"], lite["l"], lite["S"]) == ("100.00", "1.000", "SELL")


def test_account_update_carries_the_changed_leg(venue):
    v = venue(hedge=True)
    v.market("SELL", "1", "SHORT")
    event = next(e for e in v.events if e["e"] == "ACCOUNT_UPDATE")
    assert event["a"]["B"] == [{"a": "USDT", "wb": "99999.95000000", "cw": "99999.95000000", "bc": "0.00000000"}]
    (row,) = event["a"]["P"]
    assert list(row) == ["s", "pa", "ep", "bep", "cr", "up", "mt", "iw", "ps"]
    assert (row["pa"], row["ps"], row["ep"], row["mt"]) == ("-1.000", "SHORT", "100.00000000", "cross")


def test_algo_update_as_on_the_wire(venue):
    v = venue()
    v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True, client_id="cover")
    (event,) = v.events
    assert " ".join(event["o"]) == ALGO_KEYS
    told = event["o"]
    assert (told["caid"], told["X"], told["ai"], told["tp"], told["q"]) == ("cover", "NEW", "", "98.00", "0.000")
    assert told["cp"] is True


def test_cancel_and_amendment(venue):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    v.exchange.amend("BTCUSDT", "BUY", order.order_id, None, order.qty, order.price - 1)
    v.exchange.cancel("BTCUSDT", order_id=order.order_id)
    assert v.names() == ["ORDER:NEW:NEW", "ORDER:AMENDMENT:NEW", "ORDER:CANCELED:CANCELED"]
    assert v.events[1]["o"]["M"] == 1


def test_leverage_is_told(venue):
    v = venue()
    v.exchange.set_leverage("BTCUSDT", 10)
    assert v.events[-1]["ac"] == {"s": "BTCUSDT", "l": 10}


def test_without_a_listener_nothing_is_made(venue):
    v = venue()
    v.exchange.on_user_event = None
    assert v.market("BUY", "1").status == "FILLED"
    assert v.events == []

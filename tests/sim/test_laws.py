"""Laws of the exchange under random hands: money adds up, closing orders only close, events tell the truth."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal as D

import pytest

from hedgectl.sim.closing import closes
from hedgectl.sim.model import NewAlgo, NewOrder, Refusal

SYMBOL = "BTCUSDT"
LEGS = {False: (None,), True: ("LONG", "SHORT")}
STEPS = 250


def some_order(rng, hedge, price):
    side, leg = rng.choice(("BUY", "SELL")), rng.choice(LEGS[hedge])
    reduce_only = True if not hedge and rng.random() < 0.4 else None
    qty = D(rng.randrange(1, 4000)) / 1000
    if rng.random() < 0.5:
        return NewOrder(SYMBOL, side, "MARKET", leg, qty=qty, reduce_only=reduce_only)
    tif = rng.choice(("GTC", "GTC", "IOC", "FOK", "GTX"))
    stp = rng.choice(("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"))
    limit = price + D(rng.randrange(-20, 21)) / 10
    return NewOrder(SYMBOL, side, "LIMIT", leg, tif, qty, limit, reduce_only, stp=stp)


def some_algo(rng, hedge, price):
    side, leg = rng.choice(("BUY", "SELL")), rng.choice(LEGS[hedge])
    kind = rng.choice(("STOP_MARKET", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET", "STOP"))
    trigger = price + D(rng.randrange(-15, 16)) / 10
    if kind == "TRAILING_STOP_MARKET":
        return NewAlgo(SYMBOL, side, kind, leg, qty=D(1), callback_rate=D("0.5"))
    if kind != "STOP" and rng.random() < 0.5:
        return NewAlgo(SYMBOL, side, kind, leg, trigger_price=trigger, close_position=True)
    return NewAlgo(SYMBOL, side, kind, leg, qty=D(1), trigger_price=trigger, price=trigger if kind == "STOP" else None)


def act(v, rng, hedge, price):
    exchange = v.exchange
    choice = rng.random()
    if choice < 0.4:
        exchange.place(some_order(rng, hedge, price))
    elif choice < 0.55:
        exchange.place_algo(some_algo(rng, hedge, price))
    elif choice < 0.6 and exchange.open_orders(SYMBOL):
        exchange.cancel(SYMBOL, rng.choice(exchange.open_orders(SYMBOL)).order_id)
    elif choice < 0.65 and exchange.open_orders(SYMBOL):
        order = rng.choice(exchange.open_orders(SYMBOL))
        exchange.amend(SYMBOL, order.side, order.order_id, None, D(rng.randrange(1, 4000)) / 1000, order.price)
    elif choice < 0.8:
        v.print(str(price + D(rng.randrange(-3, 4)) / 10), str(rng.randrange(1, 8)), rng.random() < 0.5)
    else:
        v.touch(str(price), str(price + D("0.1")), str(rng.randrange(1, 6)), str(rng.randrange(1, 6)))
        v.mark(str(price))


def check(v, hedge):
    exchange, account = v.exchange, v.exchange.world.account
    assert account.wallet == D(100_000) + sum(line.amount for line in exchange.income(limit=100_000))
    if hedge:
        assert v.qty("LONG") >= 0 >= v.qty("SHORT")
        assert v.qty("BOTH") == 0
    resting = Counter()
    for order in exchange.open_orders(SYMBOL):
        assert order.open
        assert order.left > 0
        if closes(order):
            resting[order.position_side, order.side] += order.left
    for (leg, side), total in resting.items():
        assert total <= (-v.qty(leg) if side == "BUY" else v.qty(leg))
    assert not exchange.world.changes
    assert not exchange.world.finished


@pytest.mark.parametrize("hedge", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_laws_hold_under_random_hands(venue, seed, hedge):
    rng = random.Random(seed)
    v = venue(hedge=hedge, hedge_oversized_close_shrinks=seed % 2 == 0)
    price, refusals = D("100.0"), Counter()
    for _ in range(STEPS):
        price = min(D(103), max(D(97), price + D(rng.randrange(-4, 5)) / 10))
        try:
            act(v, rng, hedge, price)
        except Refusal as refusal:
            refusals[refusal.code] += 1
        v.wait(rng.choice((0, 5, 50)))
        check(v, hedge)
    trades = v.exchange.trades(SYMBOL, limit=100_000)
    told = [e["o"] for e in v.events if e["e"] == "ORDER_TRADE_UPDATE" and e["o"]["x"] == "TRADE"]
    assert [o["t"] for o in told] == [t.trade_id for t in trades]
    signed = Counter()
    for trade in trades:
        signed[trade.position_side] += trade.qty if trade.side == "BUY" else -trade.qty
    assert all(v.qty(leg) == qty for leg, qty in signed.items())
    last = {o["i"]: o["X"] for e in v.events if e["e"] == "ORDER_TRADE_UPDATE" for o in [e["o"]]}
    assert all(v.exchange.order(SYMBOL, order_id).status == status for order_id, status in last.items())
    assert len(trades) > 30
    assert len(refusals) > 1


def test_closing_order_of_any_kind_never_opens(venue, refused):
    v = venue()
    rng = random.Random(5)
    for _ in range(200):
        held = v.qty()
        new = NewOrder(SYMBOL, "SELL" if held > 0 else "BUY", "MARKET", qty=D(1), reduce_only=True)
        new.qty = D(rng.randrange(1, 5000)) / 1000
        if held:
            v.exchange.place(new)
            assert abs(v.qty()) < abs(held)
            assert v.qty() * held >= 0
        else:
            with refused(-2022):
                v.exchange.place(new)
            v.market(rng.choice(("BUY", "SELL")), "2")
        v.touch("100.0", "100.1")


def test_cost_does_not_grow_with_the_past(venue):
    v = venue()
    v.exchange.world.orders._limit = 50
    v.touch("100.0", "100.1", "1000", "1000")
    resting = [v.limit("BUY", "1", "97.0") for _ in range(3)]
    for number in range(400):
        v.market("BUY" if number % 2 else "SELL", "1")
        v.limit("BUY", "1", "99.0", tif="GTD", good_till_ms=v.exchange.now_ms + 10**9, client_id="gtd")
        v.exchange.cancel(SYMBOL, client_id="gtd")
    world = v.exchange.world
    assert len(world.orders._by_id) <= 50 * 5 // 4 + len(resting)
    assert len(world.orders._by_client) <= 50 * 5 // 4 + len(resting)
    assert v.exchange.open_orders(SYMBOL) == resting


def test_timers_of_closed_orders_are_forgotten(venue, monkeypatch):
    monkeypatch.setattr("hedgectl.sim.world.TIMERS_TIDIED_AT", 20)
    v = venue()
    kept = v.limit("BUY", "1", "99.0", tif="GTD", good_till_ms=v.exchange.now_ms + 700_000)
    for _ in range(200):
        order = v.limit("BUY", "1", "99.0", tif="GTD", good_till_ms=v.exchange.now_ms + 10**9)
        v.exchange.cancel(SYMBOL, order.order_id)
    assert len(v.exchange.world.timers) <= 20
    v.wait(700_000)
    assert kept.status == "EXPIRED"

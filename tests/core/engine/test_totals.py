"""The running totals are what a scan over positions and orders would find, whatever happened."""

from __future__ import annotations

from decimal import Decimal as D

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Kind, Purpose
from hedgectl.core.state.index import rebuild

PRICES = {"BTCUSDT": D(50_000), "ETHUSDT": D(2_000), "METISUSDT": D(40)}


def scanned(bench):
    """Exposure by symbol, found the long way."""
    found = {}
    for position in bench.state.durable.positions.values():
        worth = abs(position.quantity) * price(bench, position.symbol)
        found[position.symbol] = found.get(position.symbol, ZERO) + worth
    for live in bench.state.durable.orders.values():
        if live.order.purpose is Purpose.ENTRY:
            worth = live.open_quantity * (live.order.price or price(bench, live.order.symbol))
            found[live.order.symbol] = found.get(live.order.symbol, ZERO) + worth
    return {symbol: value for symbol, value in found.items() if value}


def price(bench, symbol):
    return bench.state.volatile.quotes[symbol].mid


KINDS = ("enter", "rest", "fill", "part", "refuse", "lose", "leave", "quote", "correct")
STEPS = st.lists(st.tuples(st.sampled_from(tuple(PRICES)), st.sampled_from(KINDS)), max_size=30)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_totals_equal_a_scan_after_any_story(make_bench, steps):
    bench = make_bench(order_notional_usdt_max=D(10_000), symbol_notional_usdt_max=D(1_000_000)).start()
    for symbol, at in PRICES.items():
        bench.quote(symbol, str(at), str(at + D("0.1")))
    for number, (symbol, step) in enumerate(steps):
        act(bench, number, symbol, step)
        totals = bench.state.index.totals
        assert {name: each.value_usdt for name, each in totals.symbols.items() if each.value_usdt} == scanned(bench)
        assert totals.gross_usdt == sum(scanned(bench).values(), ZERO)
    rebuilt = rebuild(bench.state.durable, {}, ()).totals
    assert {name: each.held for name, each in rebuilt.symbols.items()} == {
        name: each.held for name, each in bench.state.index.totals.symbols.items()
    }
    assert rebuilt.symbols.keys() == bench.state.index.totals.symbols.keys()


def act(bench, number, symbol, step):
    """One thing that may happen."""
    orders = [live.order for live in bench.state.durable.orders.values() if live.order.symbol == symbol]
    match step:
        case "enter":
            bench.enter(f"e{number}", symbol)
        case "rest":
            bench.enter(f"r{number}", symbol, kind=Kind.LIMIT, price=PRICES[symbol] - 1)
        case "fill" | "part" if orders and orders[-1].quantity:
            bench.order_id += 1
            whole = orders[-1].quantity
            bench.fill(orders[-1], str(PRICES[symbol]), whole if step == "fill" else whole / 2, "PARTIALLY_FILLED")
        case "refuse" if orders:
            bench.refuse(orders[-1], -2019)
        case "lose" if orders:
            bench.lose(orders[-1])
        case "leave":
            bench.leave(f"x{number}", symbol)
        case "quote":
            at = PRICES[symbol] + number
            bench.quote(symbol, str(at), str(at + D("0.1")))
        case "correct":
            for _ in range(3):
                bench.look_at(after_ms=15_000)
                bench.say(bench.trades(symbol=symbol))
            for each, at in PRICES.items():
                bench.quote(each, str(at), str(at + D("0.1")))

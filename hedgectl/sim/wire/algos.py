"""The conditional-order endpoints: their own ids, lists and cancel-all (wire facts section 3; requirement X4)."""

from __future__ import annotations

from hedgectl.sim.model import Refusal
from hedgectl.sim.wire import params as ask
from hedgectl.sim.wire import show_orders as show
from hedgectl.sim.wire.asking import new_algo
from hedgectl.sim.wire.call import Call
from hedgectl.sim.wire.orders import ALL_CANCELLED, ROWS_DEFAULT, ROWS_MAX


def place(call: Call) -> object:
    """POST algoOrder."""
    exchange = call.exchange
    algo = exchange.place_algo(new_algo(call.params, exchange.specs, call.server_ms))
    return show.algo_placed(exchange.specs[algo.symbol], algo)


def cancel(call: Call) -> object:
    """DELETE algoOrder: `code` is text here, and only here."""
    algo = call.exchange.cancel_algo(*ask.either_id(call.params, "algoId", "clientAlgoId"))
    return {"algoId": algo.algo_id, "clientAlgoId": algo.client_id, "code": "200", "msg": "success"}


def cancel_all(call: Call) -> object:
    """DELETE algoOpenOrders."""
    call.exchange.cancel_all_algo(ask.symbol(call.params, call.exchange.specs))
    return ALL_CANCELLED


def read_algo(call: Call) -> object:
    """GET algoOrder."""
    exchange = call.exchange
    algo = exchange.algo(*ask.either_id(call.params, "algoId", "clientAlgoId"))
    if algo.create_ms > call.now_ms - call.visibility.algo:
        raise Refusal(-2013)
    return show.algo_read(exchange.specs[algo.symbol], algo)


def open_algos(call: Call) -> object:
    """GET openAlgoOrders."""
    exchange = call.exchange
    newest_ms = call.now_ms - call.visibility.algo
    algos = exchange.open_algos(ask.optional_symbol(call.params, exchange.specs))
    return [show.algo_listed(exchange.specs[algo.symbol], algo) for algo in algos if algo.create_ms <= newest_ms]


def all_algos(call: Call) -> object:
    """GET allAlgoOrders: up to seven days, ids at or above algoId."""
    exchange, params = call.exchange, call.params
    symbol = ask.symbol(params, exchange.specs)
    start_ms, end_ms = ask.span(params, widest_ms=ask.WEEK_MS)
    most = ask.limit(params, default=ROWS_DEFAULT, most=ROWS_MAX)
    newest_ms = call.now_ms - call.visibility.algo
    algos = exchange.all_algos(symbol, ask.integer(params, "algoId"), start_ms, end_ms, most)
    return [show.algo_listed(exchange.specs[symbol], algo) for algo in algos if algo.create_ms <= newest_ms]

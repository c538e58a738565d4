"""The order endpoints: new, cancel, amend, in ones and batches, and the reads of ordinary orders and own trades.

A batch answers HTTP 200 with one object per leg, errors included, in the order of the request (wire facts section 5).
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from hedgectl.sim.errors import error_body
from hedgectl.sim.model import Order, Refusal
from hedgectl.sim.wire import params as ask
from hedgectl.sim.wire import show_orders as show
from hedgectl.sim.wire.asking import SIDES, new_order
from hedgectl.sim.wire.call import Call
from hedgectl.sim.wire.params import Params

PLACE_MAX = 5
CANCEL_MAX = 10
ROWS_DEFAULT = 500
ROWS_MAX = 1000
ALL_CANCELLED = {"code": 200, "msg": "The operation of cancel all open order is done."}
FORCED_TYPES = {"LIQUIDATION": ("autoclose-",), "ADL": ("adl_autoclose",)}
COUNTDOWN_MS_MAX = 24 * 3600 * 1000


def place(call: Call) -> object:
    """POST order."""
    return _place(call, call.params)


def test(call: Call) -> object:
    """POST order/test: every check of a new order, and no order."""
    exchange = call.exchange
    order = exchange.place(new_order(call.params, exchange.specs, call.server_ms), dry=True)
    return show.tested(exchange.specs[order.symbol], order)


def cancel(call: Call) -> object:
    """DELETE order."""
    return _cancel(call, *ask.either_id(call.params, "orderId", "origClientOrderId"))


def amend(call: Call) -> object:
    """PUT order."""
    return _amend(call, call.params)


def cancel_all(call: Call) -> object:
    """DELETE allOpenOrders: done even when nothing was open."""
    call.exchange.cancel_all(ask.symbol(call.params, call.exchange.specs))
    return ALL_CANCELLED


def countdown(call: Call) -> object:
    """POST countdownCancelAll: 0 stops the countdown."""
    symbol = ask.symbol(call.params, call.exchange.specs)
    wait_ms = ask.mandatory_integer(call.params, "countdownTime")
    if wait_ms > COUNTDOWN_MS_MAX:
        raise Refusal(-1130, "countdownTime")
    call.exchange.countdown(symbol, wait_ms)
    return {"symbol": symbol, "countdownTime": str(wait_ms)}


def place_batch(call: Call) -> object:
    """POST batchOrders: one to five legs, each for itself."""
    return [_leg(_place, call, leg) for leg in _legs(call)]


def amend_batch(call: Call) -> object:
    """PUT batchOrders."""
    return [_leg(_amend, call, leg) for leg in _legs(call)]


def cancel_batch(call: Call) -> object:
    """DELETE batchOrders: by order ids or client ids, names in either spelling."""
    ask.symbol(call.params, call.exchange.specs)
    numbers = _id_list(call.params, "orderIdList", "orderidlist")
    names = _id_list(call.params, "origClientOrderIdList", "origclientorderidlist")
    if not numbers and not names:
        raise Refusal(-1102, "orderIdList")
    if len(numbers) + len(names) > CANCEL_MAX:
        raise Refusal(-4082)
    digits = [str(number) for number in numbers]
    if not all(ask.is_integer(number) for number in digits):
        raise Refusal(-1130, "orderIdList")
    ids: list[tuple[int | None, str | None]] = [(int(number), None) for number in digits]
    ids += [(None, str(name)) for name in names]
    return [_cancel_leg(call, number, name) for number, name in ids]


def read_order(call: Call) -> object:
    """GET order: -2013 while it is younger than the lag of reads."""
    return _read(call, call.exchange.order, call.visibility.order)


def read_open_order(call: Call) -> object:
    """GET openOrder: -2013 once closed."""
    return _read(call, call.exchange.open_order, call.visibility.open_orders)


def open_orders(call: Call) -> object:
    """GET openOrders."""
    exchange = call.exchange
    newest_ms = call.now_ms - call.visibility.open_orders
    orders = exchange.open_orders(ask.optional_symbol(call.params, exchange.specs))
    return [show.read(exchange.specs[order.symbol], order) for order in orders if order.time_ms <= newest_ms]


def all_orders(call: Call) -> object:
    """GET allOrders: up to seven days, ids at or above orderId."""
    exchange, params = call.exchange, call.params
    symbol = ask.optional_symbol(params, exchange.specs)
    start_ms, end_ms = ask.span(params, widest_ms=ask.WEEK_MS)
    most = ask.limit(params, default=ROWS_DEFAULT, most=ROWS_MAX)
    newest_ms = call.now_ms - call.visibility.order
    orders = exchange.all_orders(symbol, ask.integer(params, "orderId"), start_ms, end_ms, most)
    return [show.listed(exchange.specs[order.symbol], order) for order in orders if order.time_ms <= newest_ms]


def own_trades(call: Call) -> object:
    """GET userTrades: up to seven days; fromId excludes a time range."""
    exchange, params = call.exchange, call.params
    symbol = ask.symbol(params, exchange.specs)
    start_ms, end_ms = ask.span(params, widest_ms=ask.WEEK_MS)
    from_id, order_id = ask.integer(params, "fromId"), ask.integer(params, "orderId")
    if from_id is not None and (start_ms is not None or end_ms is not None):
        raise Refusal(-1128)
    most = ask.limit(params, default=ROWS_DEFAULT, most=ROWS_MAX)
    newest_ms = call.now_ms - call.visibility.trades
    trades = exchange.trades(symbol, start_ms, end_ms, from_id, order_id, most)
    spec = exchange.specs[symbol]
    return [show.traded(spec, trade) for trade in trades if trade.time_ms <= newest_ms]


def forced_orders(call: Call) -> object:
    """GET forceOrders: the exchange's own closing orders, by their client ids."""
    exchange, params = call.exchange, call.params
    symbol, kind = ask.optional_symbol(params, exchange.specs), ask.optional_text(params, "autoCloseType")
    if kind is not None and kind not in FORCED_TYPES:
        raise Refusal(-1130, "autoCloseType")
    prefixes = FORCED_TYPES[kind] if kind else tuple(prefix for group in FORCED_TYPES.values() for prefix in group)
    start_ms, end_ms = ask.span(params, widest_ms=ask.WEEK_MS)
    most = ask.limit(params, default=50, most=100)
    orders = exchange.all_orders(symbol, None, start_ms, end_ms, ROWS_MAX)
    forced = [order for order in orders if order.client_id.startswith(prefixes)]
    return [show.forced(exchange.specs[order.symbol], order) for order in forced[-most:]]


def _place(call: Call, params: Params) -> object:
    exchange = call.exchange
    asked = new_order(params, exchange.specs, call.server_ms)
    order = exchange.place(asked)
    fills = exchange.switches.ack_has_fill_fields
    return show.placed(exchange.specs[asked.symbol], order, asked.resp_type, fills=fills)


def _amend(call: Call, params: Params) -> object:
    exchange = call.exchange
    symbol, side = ask.symbol(params, exchange.specs), ask.text(params, "side")
    if side not in SIDES:
        raise Refusal(-1117)
    number, name = ask.either_id(params, "orderId", "origClientOrderId")
    qty, price = ask.decimal(params, "quantity"), ask.decimal(params, "price")
    if qty is None or price is None:
        raise Refusal(-1102, "quantity" if qty is None else "price")
    order = exchange.amend(symbol, side, number, name, qty, price, ask.integer(params, "modifyId") or 0)
    return show.amended(exchange.specs[symbol], order, fills=exchange.switches.ack_has_fill_fields)


def _cancel(call: Call, number: int | None, name: str | None) -> object:
    exchange = call.exchange
    symbol = ask.symbol(call.params, exchange.specs)
    order = exchange.cancel(symbol, number, name)
    return show.written(exchange.specs[symbol], order, fills=exchange.switches.ack_has_fill_fields)


def _cancel_leg(call: Call, number: int | None, name: str | None) -> object:
    try:
        return _cancel(call, number, name)
    except Refusal as refusal:
        return error_body(refusal.code, refusal.texts)


def _leg(do: Callable[[Call, Params], object], call: Call, leg: Params) -> object:
    try:
        return do(call, leg)
    except Refusal as refusal:
        return error_body(refusal.code, refusal.texts)


def _legs(call: Call) -> list[Params]:
    """The legs of a batch as parameters; JSON numbers and booleans are taken as the text that they stand for."""
    legs = _json_list(ask.text(call.params, "batchOrders"), "batchOrders")
    if not 0 < len(legs) <= PLACE_MAX:
        raise Refusal(-4082)
    return [_leg_params(leg) for leg in legs]


def _leg_params(leg: object) -> Params:
    if not isinstance(leg, dict):
        raise Refusal(-1102, "batchOrders")
    return {name: _as_text(value) for name, value in leg.items()}


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _id_list(params: Params, *names: str) -> list[object]:
    for name in names:
        if name in params:
            return _json_list(params[name], name)
    return []


def _json_list(raw: str, name: str) -> list[object]:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Refusal(-1102, name) from None
    if not isinstance(value, list):
        raise Refusal(-1102, name)
    return value


def _read(call: Call, look: Callable[[str, int | None, str | None], Order], lag_ms: int) -> object:
    exchange = call.exchange
    symbol = ask.symbol(call.params, exchange.specs)
    order = look(symbol, *ask.either_id(call.params, "orderId", "origClientOrderId"))
    if order.time_ms > call.now_ms - lag_ms:
        raise Refusal(-2013)
    return show.read(exchange.specs[symbol], order)

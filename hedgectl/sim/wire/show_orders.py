"""Orders, conditional orders and trades as the venue writes them: money is text, ids and times are integers.

An acknowledgement has neither avgPrice nor cumQuote since July 2026; reads have both. Source: wire facts section 1.2.
"""

from __future__ import annotations

from hedgectl.sim.format import average_text, money_text, price_text, qty_text
from hedgectl.sim.model import ZERO, Algo, Order, Spec, Trade

Shown = dict[str, object]

TRAILING = "TRAILING_STOP_MARKET"
FINAL_TIFS = frozenset({"IOC", "FOK", "GTX"})


def _average(spec: Spec, order: Order) -> str:
    return average_text(spec, order.avg_price) if order.executed else "0.00000"


def _common(spec: Spec, order: Order) -> Shown:
    return {
        "orderId": order.order_id,
        "symbol": order.symbol,
        "status": order.status,
        "clientOrderId": order.client_id,
        "price": price_text(spec, order.price),
        "origQty": qty_text(spec, order.qty),
        "executedQty": qty_text(spec, order.executed),
        "timeInForce": order.tif,
        "type": order.type,
        "reduceOnly": order.reduce_only,
        "closePosition": order.close_position,
        "side": order.side,
        "positionSide": order.position_side,
        "stopPrice": price_text(spec, order.stop_price),
        "workingType": order.working_type,
        "priceProtect": order.price_protect,
        "origType": order.orig_type,
        "priceMatch": order.price_match,
        "selfTradePreventionMode": order.stp,
        "goodTillDate": order.good_till_ms,
        "updateTime": order.update_ms,
    }


def written(spec: Spec, order: Order, *, fills: bool) -> Shown:
    """The answer to a write: the order as it stands. `fills` adds avgPrice and cumQuote (before July 2026)."""
    shown = _common(spec, order)
    shown["cumQty"] = shown["executedQty"]
    if fills:
        shown["avgPrice"] = _average(spec, order)
        shown["cumQuote"] = money_text(order.cum_quote)
    return shown


def placed(spec: Spec, order: Order, resp_type: str, *, fills: bool) -> Shown:
    """The answer to a new order: ACK, and RESULT of a resting LIMIT, say NEW and nothing executed even if it filled."""
    shown = written(spec, order, fills=fills)
    if resp_type == "ACK" or (order.type == "LIMIT" and order.tif not in FINAL_TIFS):
        shown["status"] = "NEW"
        shown["executedQty"] = shown["cumQty"] = qty_text(spec, ZERO)
        shown["updateTime"] = order.time_ms
        if fills:
            shown["avgPrice"], shown["cumQuote"] = "0.00000", "0"
    return shown


def amended(spec: Spec, order: Order, *, fills: bool) -> Shown:
    """The answer to an amendment."""
    shown = written(spec, order, fills=fills)
    shown["pair"] = order.symbol
    shown["modifyId"] = order.modify_id
    return shown


def tested(spec: Spec, order: Order) -> Shown:
    """The answer to order/test: what would have been acknowledged, under no order id that can be asked for."""
    return written(spec, order, fills=True)


def read(spec: Spec, order: Order) -> Shown:
    """An order as GET shows it."""
    shown = _common(spec, order)
    shown["avgPrice"] = _average(spec, order)
    shown["cumQuote"] = money_text(order.cum_quote)
    shown["time"] = order.time_ms
    return shown


def listed(spec: Spec, order: Order) -> Shown:
    """An order as allOrders shows it since August 2026."""
    shown = read(spec, order)
    shown["pair"] = order.symbol
    shown["cumBase"] = shown["executedQty"]
    return shown


def forced(spec: Spec, order: Order) -> Shown:
    """A liquidation order as forceOrders shows it."""
    shown = listed(spec, order)
    for name in ("priceProtect", "priceMatch", "selfTradePreventionMode", "goodTillDate"):
        del shown[name]
    return shown


def traded(spec: Spec, trade: Trade) -> Shown:
    """One own trade; it does not name the client id."""
    return {
        "symbol": trade.symbol,
        "pair": trade.symbol,
        "id": trade.trade_id,
        "orderId": trade.order_id,
        "side": trade.side,
        "price": price_text(spec, trade.price),
        "qty": qty_text(spec, trade.qty),
        "realizedPnl": money_text(trade.realised),
        "marginAsset": spec.quote,
        "quoteQty": money_text(trade.quote_qty),
        "baseQty": qty_text(spec, trade.qty),
        "commission": money_text(trade.fee),
        "commissionAsset": trade.fee_asset,
        "time": trade.time_ms,
        "positionSide": trade.position_side,
        "buyer": trade.side == "BUY",
        "maker": trade.maker,
    }


def _algo(spec: Spec, algo: Algo) -> Shown:
    return {
        "algoId": algo.algo_id,
        "clientAlgoId": algo.client_id,
        "algoType": "CONDITIONAL",
        "orderType": algo.type,
        "symbol": algo.symbol,
        "side": algo.side,
        "positionSide": algo.position_side,
        "timeInForce": algo.tif,
        "quantity": qty_text(spec, algo.qty),
        "algoStatus": algo.status,
        "triggerPrice": price_text(spec, algo.trigger_price),
        "price": price_text(spec, algo.price),
        "icebergQuantity": None,
        "selfTradePreventionMode": algo.stp,
        "workingType": algo.working_type,
        "priceMatch": algo.price_match,
        "closePosition": algo.close_position,
        "priceProtect": algo.price_protect,
        "reduceOnly": algo.reduce_only,
        "createTime": algo.create_ms,
        "updateTime": algo.update_ms,
        "triggerTime": algo.trigger_ms,
        "goodTillDate": algo.good_till_ms,
    }


def _trail(spec: Spec, algo: Algo, shown: Shown) -> Shown:
    if algo.type == TRAILING:
        shown["activatePrice"] = price_text(spec, algo.activate_price)
        shown["callbackRate"] = format(algo.callback_rate, "f")
    return shown


def algo_placed(spec: Spec, algo: Algo) -> Shown:
    """The answer to a new conditional order."""
    return _trail(spec, algo, _algo(spec, algo) | {"activatePrice": "", "callbackRate": ""})


def algo_read(spec: Spec, algo: Algo) -> Shown:
    """A conditional order as GET algoOrder shows it: actual* are its child's, once it has one."""
    shown = _algo(spec, algo)
    shown["actualOrderId"] = str(algo.actual_order_id) if algo.actual_order_id else ""
    shown["actualPrice"] = f"{algo.actual_price:.5f}"
    shown["actualType"] = algo.actual_type
    shown["actualQty"] = qty_text(spec, algo.actual_qty)
    shown["tpOrderType"] = ""
    return _trail(spec, algo, shown)


def algo_listed(spec: Spec, algo: Algo) -> Shown:
    """A conditional order as the lists show it: still with the fields of attached orders, always empty."""
    shown = algo_read(spec, algo)
    del shown["actualType"], shown["actualQty"]
    nothing = price_text(spec, ZERO)
    shown["tpTriggerPrice"] = shown["tpPrice"] = shown["slTriggerPrice"] = shown["slPrice"] = nothing
    return shown

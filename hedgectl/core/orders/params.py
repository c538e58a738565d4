"""A prepared order as the exchange's parameters: exactly what `POST order` or `POST algoOrder` will carry.

Pure, and shared by sending, dry runs and `route-dry-run`, so that what is shown is what is sent. positionSide and
reduceOnly are copied from the order (the mode table decided them, X3). Source: wire facts sections 2 and 3.
"""

from __future__ import annotations

from hedgectl.core.model.money import plain
from hedgectl.core.model.order import Action, Kind, Prepared

SELF_TRADE = "EXPIRE_MAKER"
WORKING_TYPE = "CONTRACT_PRICE"
PRICED = (Kind.LIMIT, Kind.STOP, Kind.TAKE_PROFIT)


def wire_params(order: Prepared) -> dict[str, str]:
    """Parameters for `POST /fapi/v1/order`, or `POST /fapi/v1/algoOrder` when `order.kind.conditional` (X4).

    Raises ValueError for an order that cannot be said on the wire: a limit without price, a close-all with quantity.
    """
    _check(order)
    kind = order.kind
    params = {
        "symbol": order.symbol,
        "side": order.side.value,
        "type": kind.value,
        "positionSide": order.position_side,
    }
    if order.quantity is not None:
        params["quantity"] = plain(order.quantity)
    if order.price is not None:
        params["price"] = plain(order.price)
    if order.tif is not None:
        params["timeInForce"] = order.tif.value
    if order.reduce_only is True:
        params["reduceOnly"] = "true"
    if kind.conditional:
        _conditional(order, params)
    else:
        params["newClientOrderId"] = order.client_id
    # RESULT: a MARKET, IOC or GTX answer is its end, not just a receipt.
    params["newOrderRespType"] = "RESULT"
    params["selfTradePreventionMode"] = SELF_TRADE
    params["recvWindow"] = str(order.recv_window_ms)
    params["timestamp"] = str(order.timestamp_ms)
    return params


def _conditional(order: Prepared, params: dict[str, str]) -> None:
    params["algoType"] = "CONDITIONAL"
    params["workingType"] = WORKING_TYPE
    params["clientAlgoId"] = order.client_id
    if order.action is Action.CLOSE_ALL:
        params["closePosition"] = "true"
    if order.trigger_price is not None:
        params["triggerPrice"] = plain(order.trigger_price)
    if order.activate_price is not None:
        params["activatePrice"] = plain(order.activate_price)
    if order.callback_rate is not None:
        params["callbackRate"] = plain(order.callback_rate)


def _check(order: Prepared) -> None:
    kind = order.kind
    close_all = order.action is Action.CLOSE_ALL
    if close_all is not (order.quantity is None):
        raise ValueError(f"{order.client_id}: exactly a close-all carries no quantity")
    if close_all and (not kind.conditional or order.reduce_only is not None):
        raise ValueError(f"{order.client_id}: a close-all is conditional and never reduceOnly")
    if (order.price is not None) is not (kind in PRICED):
        raise ValueError(f"{order.client_id}: {kind.value} {'needs a' if kind in PRICED else 'takes no'} price")
    if kind is Kind.LIMIT and order.tif is None:
        raise ValueError(f"{order.client_id}: LIMIT needs a time in force")
    if kind is Kind.MARKET and order.tif is not None:
        raise ValueError(f"{order.client_id}: MARKET takes no time in force")
    if kind is Kind.TRAILING_STOP_MARKET:
        if order.callback_rate is None:
            raise ValueError(f"{order.client_id}: a trailing stop needs a callback rate")
    elif kind.conditional and order.trigger_price is None:
        raise ValueError(f"{order.client_id}: {kind.value} needs a trigger price")

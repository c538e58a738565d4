"""An order as asked for: parameters in, NewOrder or NewAlgo out, with the venue's refusal for each wrong shape.

It checks names, presence and combinations; filters, margin and position rules belong to the exchange behind it.
Source: wire facts sections 2 and 3.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim.model import NewAlgo, NewOrder, Refusal, Spec
from hedgectl.sim.wire import params as ask
from hedgectl.sim.wire.params import Params

SIDES = frozenset({"BUY", "SELL"})
POSITION_SIDES = frozenset({"BOTH", "LONG", "SHORT"})
PLAIN_TYPES = frozenset({"LIMIT", "MARKET"})
LIMIT_ALGOS = frozenset({"STOP", "TAKE_PROFIT"})
CLOSING_ALGOS = frozenset({"STOP_MARKET", "TAKE_PROFIT_MARKET"})
TRAILING = "TRAILING_STOP_MARKET"
CONDITIONAL_TYPES = LIMIT_ALGOS | CLOSING_ALGOS | {TRAILING}
PLAIN_TIFS = frozenset({"GTC", "IOC", "FOK", "GTX", "GTD"})
ALGO_TIFS = PLAIN_TIFS | {"GTE_GTC"}
RESP_TYPES = frozenset({"ACK", "RESULT"})
PRICE_MATCHES = frozenset({"NONE", "OPPONENT", "OPPONENT_5", "QUEUE", "QUEUE_5", "QUEUE_10", "QUEUE_20"})
STP_MODES = frozenset({"NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"})
WORKING_TYPES = frozenset({"CONTRACT_PRICE", "MARK_PRICE"})
GOOD_TILL_AHEAD_MS = 600_000
GOOD_TILL_MS_MAX = 253402300799000
CALLBACK_RATE_MIN = Decimal("0.1")
CALLBACK_RATE_MAX = Decimal(20)


def new_order(params: Params, specs: dict[str, Spec], server_ms: int) -> NewOrder:
    """The ordinary order that `params` ask for; conditional types are -4120 here."""
    symbol, side = ask.symbol(params, specs), _side(params)
    type_ = ask.text(params, "type")
    if type_ not in PLAIN_TYPES:
        raise Refusal(-4120 if type_ in CONDITIONAL_TYPES else -1116)
    tif, price, price_match = params.get("timeInForce"), ask.decimal(params, "price"), _price_match(params)
    if type_ == "MARKET":
        _not_required(params, "timeInForce", "price")
        if price_match != "NONE":
            raise Refusal(-5038)
    else:
        if not tif:
            raise Refusal(-1102, "timeInForce")
        if tif not in PLAIN_TIFS:
            raise Refusal(-1115)
        _one_price(price, price_match)
    qty = ask.decimal(params, "quantity")
    if qty is None:
        raise Refusal(-1102, "quantity")
    resp_type = params.get("newOrderRespType", "ACK")
    if resp_type not in RESP_TYPES:
        raise Refusal(-1136)
    return NewOrder(
        symbol,
        side,
        type_,
        _position_side(params),
        tif,
        qty,
        price,
        ask.boolean(params, "reduceOnly", code=-4062) if "reduceOnly" in params else None,
        ask.client_id(params, "newClientOrderId"),
        resp_type,
        price_match,
        _stp(params),
        _good_till(params, server_ms) if tif == "GTD" else 0,
    )


def new_algo(params: Params, specs: dict[str, Spec], server_ms: int) -> NewAlgo:
    """The conditional order that `params` ask for."""
    if ask.text(params, "algoType") != "CONDITIONAL":
        raise Refusal(-1130, "algoType")
    symbol, side = ask.symbol(params, specs), _side(params)
    type_ = ask.text(params, "type")
    if type_ not in CONDITIONAL_TYPES:
        raise Refusal(-1116)
    tif = params.get("timeInForce", "GTC")
    if tif not in ALGO_TIFS:
        raise Refusal(-1115)
    price, price_match = ask.decimal(params, "price"), _price_match(params)
    if type_ in LIMIT_ALGOS:
        _one_price(price, price_match)
    else:
        _not_required(params, "price")
        if price_match != "NONE":
            raise Refusal(-5038)
    working_type = params.get("workingType", "CONTRACT_PRICE")
    if working_type not in WORKING_TYPES:
        raise Refusal(-1130, "workingType")
    trigger = ask.decimal(params, "triggerPrice")
    if trigger is None and type_ != TRAILING:
        raise Refusal(-1102, "triggerPrice")
    activate, callback = _trailing(params) if type_ == TRAILING else (None, None)
    reduce_only = ask.boolean(params, "reduceOnly", code=-4062)
    close_position = ask.boolean(params, "closePosition") or False
    return NewAlgo(
        symbol,
        side,
        type_,
        _position_side(params),
        tif,
        _algo_qty(params, type_, close_position, reduce_only),
        price,
        trigger,
        working_type,
        price_match,
        close_position,
        ask.boolean(params, "priceProtect") or False,
        reduce_only,
        activate,
        callback,
        ask.client_id(params, "clientAlgoId"),
        _stp(params),
        _good_till(params, server_ms) if tif == "GTD" else 0,
    )


def _side(params: Params) -> str:
    side = ask.text(params, "side")
    if side not in SIDES:
        raise Refusal(-1117)
    return side


def _position_side(params: Params) -> str | None:
    side = params.get("positionSide")
    if side is not None and side not in POSITION_SIDES:
        raise Refusal(-4060)
    return side


def _price_match(params: Params) -> str:
    value = params.get("priceMatch", "NONE")
    if value not in PRICE_MATCHES:
        raise Refusal(-5037)
    return value


def _one_price(price: Decimal | None, price_match: str) -> None:
    """A limit has a price or a priceMatch, never both."""
    if price_match == "NONE":
        if price is None:
            raise Refusal(-1102, "price")
    elif price is not None:
        raise Refusal(-5037)


def _not_required(params: Params, *names: str) -> None:
    for name in names:
        if name in params:
            raise Refusal(-1106, name)


def _stp(params: Params) -> str:
    value = params.get("selfTradePreventionMode", "EXPIRE_MAKER")
    if value not in STP_MODES:
        raise Refusal(-5039)
    return value


def _good_till(params: Params, server_ms: int) -> int:
    """goodTillDate in ms at second precision; -5040 outside (now + 600 s, year 9999)."""
    value = ask.mandatory_integer(params, "goodTillDate")
    if not server_ms + GOOD_TILL_AHEAD_MS < value < GOOD_TILL_MS_MAX:
        raise Refusal(-5040)
    return value // 1000 * 1000


def _trailing(params: Params) -> tuple[Decimal | None, Decimal]:
    activate, callback = ask.decimal(params, "activatePrice"), ask.decimal(params, "callbackRate")
    if callback is None:
        raise Refusal(-1102, "callbackRate")
    if not CALLBACK_RATE_MIN <= callback <= CALLBACK_RATE_MAX:
        raise Refusal(-1130, "callbackRate")
    if activate is not None and activate <= 0:
        raise Refusal(-4135)
    return activate, callback


def _algo_qty(params: Params, type_: str, close_position: bool, reduce_only: bool | None) -> Decimal | None:
    """The quantity, which closePosition forbids and everything else demands."""
    qty = ask.decimal(params, "quantity")
    if not close_position:
        if qty is None:
            raise Refusal(-1102, "quantity")
        return qty
    if type_ not in CLOSING_ALGOS:
        raise Refusal(-4136, type_)
    if qty:
        raise Refusal(-4137)
    if reduce_only is not None:
        raise Refusal(-1106, "reduceonly") if reduce_only else Refusal(-4138)
    return None

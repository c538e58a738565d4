"""Raw user-stream bytes to inputs of the core: the one decoder for every stream, live or in process.

Unknown event types are None (the exchange adds some at any time); a known event of the wrong shape is a DecodeError,
never a guess and never a crash. Source: wire facts section 1.3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from hedgectl.core.model.evidence import AlgoRow, OrderRow, PositionRow, TradeRow
from hedgectl.core.model.input import AlgoUpdated, OrderUpdated, PositionsUpdated, StreamChanged
from hedgectl.core.model.money import ZERO
from hedgectl.venue.fields import LEGS, MALFORMED, SIDES, DecodeError, flag, integer, number, number_or_zero, text

StreamInput = OrderUpdated | AlgoUpdated | PositionsUpdated | StreamChanged

EXECUTED = ("TRADE", "CALCULATED")
"""CALCULATED is a fill by liquidation or ADL (F24)."""

EXPIRED_KEY = "listen key expired"


def decode_event(raw: bytes) -> StreamInput | None:
    """The input that an event means; None for event types that mean nothing to us. Raises DecodeError."""
    try:
        event = orjson.loads(raw)
        # Combined streams wrap the event once more.
        if "e" not in event and "data" in event:
            event = event["data"]
        read = _READERS.get(text(event["e"]))
        return None if read is None else read(event)
    except MALFORMED as wrong:
        raise DecodeError(f"{type(wrong).__name__}: {wrong}") from wrong


def _order(event: dict[str, Any]) -> OrderUpdated:
    order = event["o"]
    symbol, client_id, execution = text(order["s"]), text(order["c"]), text(order["x"])
    order_id, side, leg = integer(order["i"]), SIDES[order["S"]], LEGS[order["ps"]]
    row = OrderRow(
        symbol, order_id, client_id, side, leg, text(order["o"]), text(order["X"]), number(order["q"]),
        number(order["z"]), number(order["p"]), flag(order["R"]), integer(event["T"]),
    )  # fmt: skip
    trade_id = order["t"]
    if execution not in EXECUTED or integer(trade_id) <= 0:
        return OrderUpdated(row, execution)
    fee, asset = order.get("n"), order.get("N")
    trade = TradeRow(
        symbol, trade_id, order_id, client_id, side, leg, number(order["l"]), number(order["L"]),
        ZERO if fee is None else number(fee), "" if asset is None else text(asset), number(order["rp"]),
        flag(order["m"]), integer(order["T"]),
    )  # fmt: skip
    return OrderUpdated(row, execution, trade)


def _algo(event: dict[str, Any]) -> AlgoUpdated:
    order = event["o"]
    return AlgoUpdated(
        AlgoRow(
            text(order["s"]),
            integer(order["aid"]),
            text(order["caid"]),
            SIDES[order["S"]],
            LEGS[order["ps"]],
            text(order["o"]),
            text(order["X"]),
            number_or_zero(order["q"]),
            number_or_zero(order["tp"]),
            flag(order["cp"]),
            int(text(order.get("ai", "")) or "0"),
            integer(event["T"]),
            flag(order["R"]),
            text(order.get("rm", "")),
        )
    )


def _account(event: dict[str, Any]) -> PositionsUpdated:
    account, at_ms = event["a"], integer(event["T"])
    rows = tuple(
        # The event carries no mark price.
        PositionRow(text(row["s"]), LEGS[row["ps"]], number(row["pa"]), number(row["ep"]), ZERO, at_ms)
        for row in account.get("P", ())
    )
    return PositionsUpdated(rows, text(account["m"]), at_ms)


def _expired(_: dict[str, Any]) -> StreamChanged:
    return StreamChanged(False, EXPIRED_KEY)


_READERS: dict[str, Callable[[dict[str, Any]], StreamInput]] = {
    "ORDER_TRADE_UPDATE": _order,
    "ALGO_UPDATE": _algo,
    "ACCOUNT_UPDATE": _account,
    "listenKeyExpired": _expired,
}

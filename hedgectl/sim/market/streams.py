"""Binance's market streams as moves: one event in, at most one move out, nonsense refused.

Pure. Depth is taken as the exchange sends it; a touch that is crossed or priced at zero is no touch.
Source: reference/binance-usdm.md section 1.3 and the exchange's own stream bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hedgectl.sim.market.feed import Levels, Mark, Move, Print, Touch

SNAPSHOT = "depthSnapshot"
KINDS = frozenset({"bookTicker", "trade", "aggTrade", "depthUpdate", "markPriceUpdate", SNAPSHOT})
_ZERO = Decimal(0)
_LARGEST = Decimal(10**15)


def event_of(message: Mapping[str, Any], depth_symbol: str | None) -> Mapping[str, Any]:
    """The event in a recorded message. A REST depth answer names no symbol: it is `depth_symbol`'s, if there is one."""
    if "lastUpdateId" in message and depth_symbol:
        return {
            "e": SNAPSHOT, "s": depth_symbol, "E": message["E"], "T": message.get("T"),
            "b": message["bids"], "a": message["asks"],
        }  # fmt: skip
    event: Mapping[str, Any] = message["data"]
    return event


def event_ms(event: Mapping[str, Any]) -> int:
    """The exchange time of an event: T where present, else E. ValueError when it carries neither as an integer."""
    # T of a mark price is the next funding, not an event time
    time_ms = event["E"] if event["e"] == "markPriceUpdate" else event.get("T") or event["E"]
    if type(time_ms) is not int:
        raise ValueError("event time missing")
    return time_ms


def move_of(event: Mapping[str, Any]) -> Move:
    """The move that an event of KINDS describes. ValueError, KeyError, TypeError or ArithmeticError on nonsense."""
    kind, symbol = event["e"], event["s"]
    if kind == "bookTicker":
        bid, ask = Decimal(event["b"]), Decimal(event["a"])
        if not _ZERO < bid < ask < _LARGEST:
            raise ValueError(f"crossed or empty touch {event['b']} / {event['a']}")
        return Touch(symbol, bid, _amount(event["B"]), ask, _amount(event["A"]))
    if kind == "depthUpdate" or kind == SNAPSHOT:
        return Levels(symbol, _levels(event["b"]), _levels(event["a"]), kind == SNAPSHOT)
    if kind == "markPriceUpdate":
        return Mark(symbol, _positive(event["p"]), _positive(event["i"]), Decimal(event["r"] or 0))
    return Print(symbol, _positive(event["p"]), _positive(event["q"]), event["m"] is True)


def _positive(text: str) -> Decimal:
    value = Decimal(text)
    if not _ZERO < value < _LARGEST:
        raise ValueError(f"not a positive number: {text}")
    return value


def _amount(text: str) -> Decimal:
    value = Decimal(text)
    if not _ZERO <= value < _LARGEST:
        raise ValueError(f"not an amount: {text}")
    return value


def _levels(rows: list[list[str]]) -> tuple[tuple[Decimal, Decimal], ...]:
    levels = tuple([(Decimal(price), Decimal(qty)) for price, qty in rows])
    for price, qty in levels:
        if not (_ZERO < price < _LARGEST and _ZERO <= qty < _LARGEST):
            raise ValueError(f"not a level: {price} {qty}")
    return levels

"""A book file: quotes, and positions if an exit should have something to close, as a person or a script writes them.

    {"quotes": [{"symbol": "BTCUSDT", "bid": "61800.2", "ask": "61800.3", "bid_size": "3.1", "ask_size": "0.8",
                 "mark": "61800.25", "at": "2026-11-21T02:00:00Z"}],
     "positions": [{"symbol": "BTCUSDT", "leg": "LONG", "quantity": "0.5", "entry_price": "60000"}]}

Sizes, mark (else the middle) and at (else now) may be left out. A quantity is above 0 on LONG and SHORT; BOTH, the one
leg of one-way mode, is signed. Where "positions" is there, nothing else is open. Refuses what it does not understand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.order import Leg
from hedgectl.intake import codes, values
from hedgectl.intake.json_text import Bad, Bounds, Malformed, documents, show

BYTES_MAX = 1024 * 1024
ROWS_MAX = 1_000
FUTURE_MS_MAX = 5_000

Reader = Callable[[str, Any], Any]
QUOTE: dict[str, Reader] = {
    "symbol": values.symbol,
    "bid": values.positive,
    "ask": values.positive,
    "bid_size": values.positive,
    "ask_size": values.positive,
    "mark": values.positive,
    "at": values.time_ms,
}
POSITION: dict[str, Reader] = {
    "symbol": values.symbol,
    "leg": lambda field, value: Leg(values.word(field, value, Leg)),
    "quantity": values.number,
    "entry_price": values.positive,
}
OPTIONAL = frozenset(("bid_size", "ask_size", "mark", "at"))


@dataclass(frozen=True, slots=True)
class Touch:
    """A quote with what stands at it; a size None: not told. `stated` False: nobody said when, so now is assumed."""

    quote: Quote
    bid_size: Decimal | None
    ask_size: Decimal | None
    stated: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A leg that is open, signed as the exchange signs it."""

    symbol: str
    leg: Leg
    quantity: Decimal
    entry_price: Decimal


@dataclass(frozen=True, slots=True)
class BookFile:
    """What a file states. `positions` None: nothing is said about them."""

    touches: tuple[Touch, ...]
    positions: tuple[Held, ...] | None


def read_book(raw: bytes, now_ms: int) -> BookFile:
    """The book of a file's bytes. Raises Malformed, which names the row and the key."""
    ((_, whole), *more) = documents(raw, Bounds(BYTES_MAX, 1))
    if isinstance(whole, Bad):
        raise Malformed(whole.code, whole.field, whole.found, whole.hint)
    if more or not isinstance(whole, dict):
        raise Malformed(codes.NOT_AN_OBJECT, "", whole, 'write {"quotes": [...]}')
    _known("", whole, ("quotes", "positions"))
    if "quotes" not in whole and "positions" not in whole:
        raise Malformed(codes.MISSING_FIELD, "quotes", "", 'write {"quotes": [...]}')
    touches = tuple(_touch(where, row, now_ms) for where, row in _rows("quotes", whole.get("quotes", [])))
    _once("quotes", [each.quote.symbol for each in touches])
    if "positions" not in whole:
        return BookFile(touches, None)
    held = tuple(_held(where, row) for where, row in _rows("positions", whole["positions"]))
    _once("positions", [f"{each.symbol} {each.leg}" for each in held])
    return BookFile(touches, held)


def _rows(name: str, rows: Any) -> list[tuple[str, Mapping[str, Any]]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Malformed(codes.WRONG_TYPE, name, rows, "write a list of objects: [{...}]")
    if len(rows) > ROWS_MAX:
        raise Malformed(codes.TOO_MANY, name, len(rows), f"at most {ROWS_MAX}")
    return [(f"{name}[{number}]", row) for number, row in enumerate(rows, 1)]


def _known(where: str, row: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for each in row:
        if each not in names:
            near = get_close_matches(each, names, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"keys: {', '.join(names)}"
            raise Malformed(codes.UNKNOWN_KEY, f"{where} {show(each)}".strip(), each, hint)


def _taken(where: str, row: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    _known(where, row, tuple(readers))
    missing = next((name for name in readers if name not in OPTIONAL and row.get(name) is None), "")
    if missing:
        raise Malformed(codes.MISSING_FIELD, f"{where} {missing}", "", f"add {missing}")
    return {name: readers[name](f"{where} {name}", value) for name, value in row.items() if value is not None}


def _touch(where: str, row: Mapping[str, Any], now_ms: int) -> Touch:
    found = _taken(where, row, QUOTE)
    bid, ask = found["bid"], found["ask"]
    if bid >= ask:
        raise Malformed(codes.CONTRADICTION, f"{where} bid", bid, f"a bid stands below its ask, which is {ask}")
    at_ms = found.get("at", now_ms)
    if at_ms > now_ms + FUTURE_MS_MAX:
        raise Malformed(codes.FROM_THE_FUTURE, f"{where} at", row["at"], "set the clock of whoever wrote it")
    quote = Quote(found["symbol"], bid, ask, found.get("mark", (bid + ask) / 2), at_ms)
    return Touch(quote, found.get("bid_size"), found.get("ask_size"), "at" in found)


def _held(where: str, row: Mapping[str, Any]) -> Held:
    found = _taken(where, row, POSITION)
    leg, quantity = found["leg"], found["quantity"]
    if not quantity or (leg is not Leg.BOTH and quantity < 0):
        hint = "write how much is open, above 0; on BOTH below 0 for a short"
        raise Malformed(codes.NOT_POSITIVE, f"{where} quantity", quantity, hint)
    return Held(found["symbol"], leg, -quantity if leg is Leg.SHORT else quantity, found["entry_price"])


def _once(name: str, keys: list[str]) -> None:
    twice = next((key for at, key in enumerate(keys) if key in keys[:at]), "")
    if twice:
        raise Malformed(codes.DUPLICATE_KEY, name, twice, "say it once")

"""Leverage as the account has it and as the exchange allows it: one question each, for all symbols (R9).

Source: wire facts section 1.2; figures of brackets are JSON numbers there, unlike all other money.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hedgectl.core.model.input import BracketsTaken, LeveragesTaken, ReadFailed
from hedgectl.core.model.leverage import Bracket, SymbolLeverage
from hedgectl.venue.asking import NO_PARAMS, Asking, Failed
from hedgectl.venue.endpoints import PRIVATE, SYMBOL_CONFIG, Endpoint
from hedgectl.venue.fields import integer, text
from hedgectl.venue.port import Symbols
from hedgectl.venue.rows import Row, rows_of

BRACKETS = Endpoint("leverageBracket", PRIVATE, "GET", 1)


async def read_leverages(asking: Asking, symbols: Symbols, asked_ms: int) -> LeveragesTaken | ReadFailed:
    """What symbolConfig states of `symbols`; weight 5 however many there are."""
    rows = await asking.get(SYMBOL_CONFIG, NO_PARAMS, lambda asked: rows_of(asked.data, _leverage))
    if isinstance(rows, Failed):
        return ReadFailed("leverages", "", rows.why)
    wanted = frozenset(symbols)
    return LeveragesTaken(tuple([row for row in rows if row.symbol in wanted]), asked_ms)


async def read_brackets(asking: Asking, symbols: Symbols) -> BracketsTaken | ReadFailed:
    """What leverageBracket states of `symbols`, each by rising notional."""
    tables = await asking.get(BRACKETS, NO_PARAMS, lambda asked: rows_of(asked.data, _table))
    if isinstance(tables, Failed):
        return ReadFailed("brackets", "", tables.why)
    wanted = frozenset(symbols)
    return BracketsTaken(tuple([each for symbol, table in tables if symbol in wanted for each in table]))


def _leverage(row: Row) -> SymbolLeverage:
    return SymbolLeverage(text(row["symbol"]), integer(row["leverage"]))


def _table(row: Row) -> tuple[str, tuple[Bracket, ...]]:
    symbol = text(row["symbol"])
    made = rows_of(row["brackets"], lambda each: Bracket(symbol, _figure(each["notionalCap"]), _times(each)))
    return symbol, tuple(sorted(made, key=lambda each: each.notional_usdt_max))


def _times(row: Row) -> int:
    return integer(row["initialLeverage"])


def _figure(value: Any) -> Decimal:
    """A bare JSON number, by its shortest text: 0.1 is 0.1."""
    if type(value) not in (int, float):
        raise ValueError(f"not a bare number: {value!r}")
    return Decimal(str(value))

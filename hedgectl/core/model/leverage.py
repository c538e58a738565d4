"""What the exchange states about leverage: that of a symbol on the account, and how much a notional may have (R9)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SymbolLeverage:
    """A row of symbolConfig: what the account has for both legs of a symbol."""

    symbol: str
    leverage: int


@dataclass(frozen=True, slots=True)
class Bracket:
    """A step of leverageBracket: up to this notional (USDT) a position may have so much leverage."""

    symbol: str
    notional_usdt_max: Decimal
    leverage_max: int

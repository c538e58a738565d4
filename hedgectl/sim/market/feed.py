"""The contract of a price feed, and the four things that a market can say.

A feed is asked when it speaks next, then told to speak; it never looks at a clock, so one seed is one market.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from hedgectl.sim.model import Spec


@dataclass(slots=True)
class Touch:
    """Best bid and ask of a symbol, with the quantities resting there."""

    symbol: str
    bid: Decimal
    bid_qty: Decimal
    ask: Decimal
    ask_qty: Decimal


@dataclass(slots=True)
class Print:
    """A trade of others. `seller_aggressor`: it hit the bid (buyer is maker)."""

    symbol: str
    price: Decimal
    qty: Decimal
    seller_aggressor: bool


@dataclass(slots=True)
class Levels:
    """Depth: absolute quantities per price (0 removes); `snapshot` replaces all."""

    symbol: str
    bids: tuple[tuple[Decimal, Decimal], ...]
    asks: tuple[tuple[Decimal, Decimal], ...]
    snapshot: bool = False


@dataclass(slots=True)
class Mark:
    """Mark and index price and the current funding rate of a symbol."""

    symbol: str
    mark: Decimal
    index: Decimal
    funding_rate: Decimal


Move = Touch | Print | Levels | Mark


class Feed(Protocol):
    """A source of market moves in exchange time (ms), already shifted to start at `start_ms`."""

    specs: dict[str, Spec]

    def next_ms(self) -> int | None:
        """When the next moves happen; None when the feed has ended."""
        ...

    def step(self) -> list[Move]:
        """The moves at `next_ms()`, in order; advances the feed."""
        ...

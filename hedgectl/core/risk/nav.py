"""NAV: what the account is worth in USDT now, of what parts, and how old that is (R3).

Margin balance, unrealised included, as the exchange states it; other assets at their own price, with its age. What
nobody prices is named and not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.evidence import Quote, Wallet
from hedgectl.core.model.money import ZERO

LOW_NAV_USDT = Decimal(500)
"""Below this the smallest orders of ordinary symbols come near a part of NAV: doctor and run warn (R5)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One asset: how much, what it is worth, and how old its price is; `usdt` None: nobody prices it."""

    asset: str
    amount: Decimal
    usdt: Decimal | None
    age_ms: int


@dataclass(frozen=True, slots=True)
class Nav:
    """`age_ms` is that of its oldest part; one from the future is as old as it is early: a clock was wrong."""

    usdt: Decimal
    age_ms: int
    parts: tuple[Part, ...]

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Assets that are not counted."""
        return tuple(part.asset for part in self.parts if part.usdt is None)


def portfolio_nav(wallet: Wallet | None, quotes: Mapping[str, Quote], now_ms: int) -> Nav | None:
    """The NAV at exchange time `now_ms`; None before the account was read.

    In multi-assets mode the exchange has priced the other assets already, so they are named and not added.
    """
    if wallet is None:
        return None
    age_ms = abs(now_ms - wallet.at_ms)
    if not wallet.others:
        return Nav(wallet.margin_balance, age_ms, (Part("USDT", wallet.margin_balance, wallet.margin_balance, age_ms),))
    parts = [Part("USDT", wallet.margin_balance, wallet.margin_balance, age_ms)]
    for holding in wallet.others:
        quote = quotes.get(holding.asset + "USDT")
        if wallet.multi:
            parts.append(Part(holding.asset, holding.amount, ZERO, age_ms))
        elif quote is None:
            parts.append(Part(holding.asset, holding.amount, None, age_ms))
        else:
            worth = holding.amount * quote.bid
            parts.append(Part(holding.asset, holding.amount, worth, abs(now_ms - quote.at_ms)))
    usdt = sum((part.usdt for part in parts if part.usdt is not None), ZERO)
    return Nav(usdt, max(part.age_ms for part in parts if part.usdt is not None), tuple(parts))

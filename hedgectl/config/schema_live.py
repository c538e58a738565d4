"""The keys of the first-live profile: how small real money begins, until a person says otherwise (R8).

Part of `schema`, which puts all sections together. Entries in the environment live only; exits obey nothing here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from hedgectl.config.keys import Number, Section, key


class Live(Section):
    """The first-live profile: the smaller of these and the ordinary limits binds entries with real money."""

    staged: Literal["on", "off"] = key("on", "Whether the profile holds; off when a person has seen enough to lift it")
    staged_notional_usdt_max: Number = key(
        Decimal(50), "Largest notional of one entry order, and of one symbol", unit="USDT", gt=0, le=10_000_000
    )
    staged_leverage_max: int = key(2, "Most leverage of an entry", ge=1, le=125)
    staged_open_orders_max: int = key(1, "Most working entries of a symbol", ge=1, le=200)

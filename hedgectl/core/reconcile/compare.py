"""Positions: ours against theirs, leg by leg (B1). A difference is a fact about two statements, not yet a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.evidence import PositionRow
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Leg


@dataclass(frozen=True, slots=True)
class Difference:
    """One leg that two statements show differently; quantities are signed. `stated_ms`: theirs is true since then, as
    the exchange says; 0 when it does not (a flat leg is not shown)."""

    key: str
    symbol: str
    leg: Leg
    ours: Decimal
    theirs: Decimal
    entry_price: Decimal
    stated_ms: int = 0

    @property
    def kind(self) -> str:
        """orphan (theirs only), phantom (ours only), or drift."""
        if self.ours == 0:
            return "orphan"
        return "phantom" if self.theirs == 0 else "drift"


def differences(ours: Mapping[str, Decimal], theirs: Iterable[PositionRow]) -> list[Difference]:
    """Every leg whose quantity differs, in a stable order. `ours` is keyed "SYMBOL|LEG"."""
    found: list[Difference] = []
    seen = set()
    for row in theirs:
        key = f"{row.symbol}|{row.leg.value}"
        seen.add(key)
        mine = ours.get(key, ZERO)
        if mine != row.quantity:
            found.append(Difference(key, row.symbol, row.leg, mine, row.quantity, row.entry_price, row.updated_ms))
    for key, mine in ours.items():
        if key not in seen and mine:
            symbol, leg = key.split("|")
            found.append(Difference(key, symbol, Leg(leg), mine, ZERO, ZERO))
    return found

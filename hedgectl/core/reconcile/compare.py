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
        """orphan (theirs only), phantom (ours only), side (the other way round), entry (its price), or drift (size)."""
        if self.ours == 0:
            return "orphan"
        if self.theirs == 0:
            return "phantom"
        if self.ours == self.theirs:
            return "entry"
        return "side" if self.ours * self.theirs < 0 else "drift"

    @property
    def takes_back(self) -> bool:
        """The exchange has less of it than we believe, in the same direction, or none: nothing new needs a stop."""
        return abs(self.theirs) <= abs(self.ours) and self.ours * self.theirs >= 0


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


ENTRY_SHARE_MIN = Decimal("0.0001")


def entry_drifts(ours: Mapping[str, tuple[Decimal, Decimal]], theirs: Iterable[PositionRow]) -> list[Difference]:
    """Legs that agree in size while the entry price differs by more than a basis point: rounding is no difference.
    `ours`: quantity and entry price by key."""
    found: list[Difference] = []
    for row in theirs:
        key = f"{row.symbol}|{row.leg.value}"
        quantity, entry = ours.get(key, (ZERO, ZERO))
        if quantity and quantity == row.quantity and abs(entry - row.entry_price) > row.entry_price * ENTRY_SHARE_MIN:
            found.append(Difference(key, row.symbol, row.leg, quantity, quantity, row.entry_price, row.updated_ms))
    return found

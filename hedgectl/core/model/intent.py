"""A wish to trade. `Entry` and `Exit` are different types, so that no gate can ever be asked about an exit (L2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.order import Kind, Leg, Side


@dataclass(frozen=True, slots=True)
class Entry:
    """A wish for more exposure. Exactly one of `quantity` and `notional_usdt` is set.

    `kind` MARKET, or LIMIT: post-only at `price`, or at the touch when no price is given. `leg` None is inferred
    from the side (X3). `expires_ms`: exchange time after which it is refused; None means the configured age.
    """

    intent_id: str
    symbol: str
    side: Side
    generated_ms: int
    quantity: Decimal | None = None
    notional_usdt: Decimal | None = None
    kind: Kind = Kind.MARKET
    price: Decimal | None = None
    leg: Leg | None = None
    leverage: int | None = None
    confidence: Decimal | None = None
    expires_ms: int | None = None
    source: str = ""
    paper: bool = False


@dataclass(frozen=True, slots=True)
class Exit:
    """A wish for less exposure. `quantity` None closes the whole leg. `leg` None is inferred from the side (X3)."""

    intent_id: str
    symbol: str
    side: Side | None
    generated_ms: int
    quantity: Decimal | None = None
    kind: Kind = Kind.MARKET
    price: Decimal | None = None
    leg: Leg | None = None
    source: str = ""
    paper: bool = False


Intent = Entry | Exit

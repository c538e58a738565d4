"""What one entry may be worth at most, and which of the desk's limits says so (R1, R4).

Every cap is a ceiling in USDT with the code that refuses above it. The tightest one clips a wish; an explicit quantity
is measured against each.
"""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from hedgectl.core.model.money import ZERO, ceil_step
from hedgectl.core.model.verdict import Code, code
from hedgectl.core.risk.desk import Desk
from hedgectl.core.settings import RiskLimits, Settings, Tier

ORDER_CAP = code("risk.order_cap", "One order may not be worth more than limits.order_notional_usdt_max.")
POSTURE_CAP = code("belief.notional", "In this posture an order may be worth only a part of its cap.")
SHARE_CAP = code("sizer_cap", "The smallest order that may be sent is above the symbol's share of NAV.")
SYMBOL_CAP = code(
    "risk.symbol_cap",
    "Position, working and unknown orders of a symbol pass limits.symbol_notional_usdt_max, or its share of NAV.",
)
SYMBOL_KEY = "limits.symbol_notional_usdt_max"
SHARE_KEY = "risk.symbol_nav_pct_max"
GROSS_KEY = "risk.gross_nav_pct_max"
ORDER_KEY = "limits.order_notional_usdt_max"
CENT = Decimal("0.01")
USDT = itemgetter(0)
TIER_CAP = code("risk.tier_cap", "Everything open in the symbol's tier together passes the tier's share of NAV.")
GROSS_CAP = code("risk.gross_cap", "Everything open in all symbols together passes its share of NAV.")


class Cap(NamedTuple):
    """A ceiling for this order. `key` is the configuration's word for it."""

    usdt: Decimal
    code: Code
    key: str


def symbol_share(limits: RiskLimits, tier: Tier | None) -> Decimal:
    """The part of NAV that one symbol may have: the desk's, or its tier's if that is less."""
    return limits.symbol_share if tier is None else min(limits.symbol_share, tier.symbol_share)


def caps_of(desk: Desk) -> tuple[Cap, ...]:
    """Every cap on an entry now, in the order in which they are named when several bind equally."""
    assert desk.nav is not None
    used = (desk.exposure_usdt, desk.tier_usdt, desk.gross_usdt)
    posture_usdt = max(desk.notional_usdt_max, ZERO)
    return caps_at(desk.settings, desk.tier, desk.nav.usdt, desk.posture, posture_usdt, used)


def caps_at(
    settings: Settings,
    tier: Tier | None,
    nav_usdt: Decimal,
    posture: str,
    posture_usdt: Decimal,
    used: tuple[Decimal, Decimal, Decimal] = (ZERO, ZERO, ZERO),
) -> tuple[Cap, ...]:
    """The same from numbers alone; `used` is what stands already in the symbol, in its tier and in all."""
    limits = settings.risk
    share = symbol_share(limits, tier) * nav_usdt
    share_key = SHARE_KEY
    if tier is not None and tier.symbol_share < limits.symbol_share:
        share_key = f"tier_{tier.name}.symbol_nav_pct_max"
    exposure_usdt, tier_usdt, gross_usdt = used
    caps = [
        Cap(settings.order_notional_usdt_max, ORDER_CAP, ORDER_KEY),
        Cap(posture_usdt, POSTURE_CAP, f"posture {posture}"),
        Cap(share, SHARE_CAP, share_key),
        Cap(_room(share, exposure_usdt), SYMBOL_CAP, share_key),
        Cap(_room(settings.symbol_notional_usdt_max, exposure_usdt), SYMBOL_CAP, SYMBOL_KEY),
        Cap(_room(limits.gross_share * nav_usdt, gross_usdt), GROSS_CAP, GROSS_KEY),
    ]
    if tier is not None:
        room = _room(tier.gross_share * nav_usdt, tier_usdt)
        caps.append(Cap(room, TIER_CAP, f"tier_{tier.name}.gross_nav_pct_max"))
    return tuple(caps)


def nav_for(usdt: Decimal, share: Decimal) -> Decimal:
    """The least NAV, in whole cents, of which `share` is worth `usdt`.

    >>> nav_for(Decimal(15), Decimal("0.08")), nav_for(Decimal(15), Decimal("0.07"))
    (Decimal('187.5'), Decimal('214.29'))
    """
    nav = ceil_step(usdt / share, CENT)
    return nav if share * nav >= usdt else nav + CENT


def tightest(caps: tuple[Cap, ...]) -> Cap:
    """The one that binds; the first of equals."""
    return min(caps, key=USDT)


def _room(limit: Decimal, used: Decimal) -> Decimal:
    left = limit - used
    return left if left > ZERO else ZERO

"""What one entry may be worth at most, and which of the desk's limits says so (R1, R4).

Every cap is a ceiling in USDT with the code that refuses above it. The tightest one clips a wish; an explicit quantity
is measured against each.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.money import ZERO
from hedgectl.core.model.verdict import Code, code
from hedgectl.core.risk.desk import Desk
from hedgectl.core.settings import RiskLimits, Tier

ORDER_CAP = code("risk.order_cap", "One order may not be worth more than limits.order_notional_usdt_max.")
POSTURE_CAP = code("belief.notional", "In this posture an order may be worth only a part of its cap.")
SHARE_CAP = code("sizer_cap", "The smallest order that may be sent is above the symbol's share of NAV.")
SYMBOL_CAP = code(
    "risk.symbol_cap",
    "Position, working and unknown orders of a symbol pass limits.symbol_notional_usdt_max, or its share of NAV.",
)
SYMBOL_KEY = "limits.symbol_notional_usdt_max"
TIER_CAP = code("risk.tier_cap", "Everything open in the symbol's tier together passes the tier's share of NAV.")
GROSS_CAP = code("risk.gross_cap", "Everything open in all symbols together passes its share of NAV.")


@dataclass(frozen=True, slots=True)
class Cap:
    """A ceiling for this order. `key` is the configuration's word for it."""

    usdt: Decimal
    code: Code
    key: str


def symbol_share(limits: RiskLimits, tier: Tier | None) -> Decimal:
    """The part of NAV that one symbol may have: the desk's, or its tier's if that is less."""
    return limits.symbol_share if tier is None else min(limits.symbol_share, tier.symbol_share)


def caps_of(desk: Desk) -> tuple[Cap, ...]:
    """Every cap on an entry now, in the order in which they are named when several bind equally."""
    settings, limits, tier = desk.settings, desk.settings.risk, desk.tier
    assert desk.nav is not None
    nav = desk.nav.usdt
    share = symbol_share(limits, tier) * nav
    caps = [
        Cap(settings.order_notional_usdt_max, ORDER_CAP, "limits.order_notional_usdt_max"),
        Cap(max(desk.notional_usdt_max, ZERO), POSTURE_CAP, f"posture {desk.posture}"),
        Cap(share, SHARE_CAP, "risk.symbol_nav_pct_max"),
        Cap(_room(share, desk.exposure_usdt), SYMBOL_CAP, "risk.symbol_nav_pct_max"),
        Cap(_room(settings.symbol_notional_usdt_max, desk.exposure_usdt), SYMBOL_CAP, SYMBOL_KEY),
        Cap(_room(limits.gross_share * nav, desk.gross_usdt), GROSS_CAP, "risk.gross_nav_pct_max"),
    ]
    if tier is not None:
        room = _room(tier.gross_share * nav, desk.tier_usdt)
        caps.append(Cap(room, TIER_CAP, f"tier_{tier.name}.gross_nav_pct_max"))
    return tuple(caps)


def tightest(caps: tuple[Cap, ...]) -> Cap:
    """The one that binds; the first of equals."""
    return min(caps, key=lambda cap: cap.usdt)


def _room(limit: Decimal, used: Decimal) -> Decimal:
    return max(limit - used, ZERO)

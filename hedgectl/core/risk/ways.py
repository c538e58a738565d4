"""The ways out of a sizing conflict, as data: which keys to what, or how much margin. Each cures by itself (R5).

A wish above a cap is clipped, so a smaller capital per trade (limits.order_notional_usdt_max) cures nothing here and is
never offered. Values are rounded to the side that cures; whether a key may hold one is the configuration's to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from hedgectl.core.model.money import ONE, ZERO, ceil_step, floor_step, plain
from hedgectl.core.risk.caps import CENT, GROSS_KEY, ORDER_KEY, SHARE_KEY, SYMBOL_KEY
from hedgectl.core.risk.sizing import quantity_max, smallest_quantity
from hedgectl.core.risk.sizing_check import ORDER_FLOOR, PARTS, SYMBOL_FLOOR, Asked, Check, nav_of

PERCENT = Decimal(100)
Value = Decimal | int | tuple[str, ...]


class Kind(StrEnum):
    LOWER = "lower the floor"
    RAISE = "raise the cap"
    MARGIN = "add margin"


@dataclass(frozen=True, slots=True)
class Change:
    """A configuration key, what it says now, and what it must say."""

    key: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Way:
    """One way out: all changes together, and the margin (USDT) where there is any."""

    kind: Kind
    changes: tuple[Change, ...]
    margin_usdt: Decimal = ZERO


def ways_out(told: Check) -> tuple[Way, ...]:
    """Each way out of a conflict; none where there is no conflict, or where no size would pass."""
    if told.tradable or told.barred:
        return ()
    ways, raised = list(_lowered(told)), _raised_shares(told)
    margin_usdt = nav_of(told.asked, told.floor_usdt) - told.asked.nav_usdt
    for fixed in _raised_sizes(told):
        ways.append(Way(Kind.RAISE, (*raised, *fixed)))
        if raised:
            ways.append(Way(Kind.MARGIN, fixed, margin_usdt))
    return tuple(ways)


def _lowered(told: Check) -> Iterator[Way]:
    """The desk's own floors down to the largest order that fits under every cap, if the exchange takes so little."""
    rules, price, limits = told.asked.rules, told.asked.price, told.asked.settings.risk
    fits = floor_step(told.cap.usdt / price, rules.market_step)
    if fits < smallest_quantity(rules, price, True):
        return
    usdt, floors = floor_step(fits * price, CENT), dict(limits.symbol_floors_usdt)
    changes = []
    if limits.order_floor_usdt > usdt:
        changes.append(Change(ORDER_FLOOR, limits.order_floor_usdt, usdt))
    if floors.get(rules.symbol, ZERO) > usdt:
        changes.append(Change(SYMBOL_FLOOR, _listed(floors), _listed(floors | {rules.symbol: usdt})))
    yield Way(Kind.LOWER, tuple(changes))


def _listed(floors: dict[str, Decimal]) -> tuple[str, ...]:
    return tuple(f"{symbol}={plain(usdt)}" for symbol, usdt in floors.items())


def _raised_shares(told: Check) -> tuple[Change, ...]:
    """Every share of NAV that is too small, as percent."""
    asked, limits, tier = told.asked, told.asked.settings.risk, told.asked.tier
    signed = [(SHARE_KEY, limits.symbol_share), (GROSS_KEY, limits.gross_share)]
    if tier is not None:
        signed += [
            (f"tier_{tier.name}.symbol_nav_pct_max", tier.symbol_share),
            (f"tier_{tier.name}.gross_nav_pct_max", tier.gross_share),
        ]
    percent = ceil_step(told.floor_usdt * PERCENT / asked.nav_usdt, CENT)
    if percent / PERCENT * asked.nav_usdt < told.floor_usdt:
        percent += CENT
    short = [(key, share) for key, share in signed if share * asked.nav_usdt < told.floor_usdt]
    return tuple(Change(key, share * PERCENT, percent) for key, share in short)


def _raised_sizes(told: Check) -> Iterator[tuple[Change, ...]]:
    """The caps that do not grow with NAV, each set that lifts all of them: the order's cap alone, or the part of it
    that the posture leaves. One empty set where none is too small."""
    asked, least = told.asked, told.floor_usdt
    order_usdt, share = asked.settings.order_notional_usdt_max, asked.posture_share
    parts = _more_parts(told)
    if parts is None:
        return
    if order_usdt * share >= least:
        yield (*_sizes(told, order_usdt), *parts)
        return
    if share:
        yield (*_sizes(told, ceil_step(least / share, CENT)), *parts)
    if asked.posture in ("YELLOW", "ORANGE"):
        order_usdt = max(order_usdt, ceil_step(least, CENT))
        yield (*_sizes(told, order_usdt), *_posture_shares(asked, least / order_usdt), *parts)


def _sizes(told: Check, order_usdt: Decimal) -> tuple[Change, ...]:
    """The cap of an order, and that of its symbol, which may not be below it."""
    settings, changes = told.asked.settings, []
    symbol_usdt = max(order_usdt, ceil_step(told.floor_usdt, CENT))
    if order_usdt > settings.order_notional_usdt_max:
        changes.append(Change(ORDER_KEY, settings.order_notional_usdt_max, order_usdt))
    if symbol_usdt > settings.symbol_notional_usdt_max:
        changes.append(Change(SYMBOL_KEY, settings.symbol_notional_usdt_max, symbol_usdt))
    return tuple(changes)


def _posture_shares(asked: Asked, share: Decimal) -> tuple[Change, ...]:
    """The posture's part of an order's cap; a calmer posture never leaves less than a graver one (L4)."""
    belief, needed = asked.settings.belief, share.quantize(CENT, ROUND_CEILING)
    steps = {"YELLOW": belief.yellow, "ORANGE": belief.orange}
    graver = ("YELLOW",) if asked.posture == "YELLOW" else ("YELLOW", "ORANGE")
    told = [(f"belief.{name.lower()}_notional_share", Decimal(str(steps[name].notional_share))) for name in graver]
    return tuple(Change(key, old, min(needed, ONE)) for key, old in told if old < needed)


def _more_parts(told: Check) -> tuple[Change, ...] | None:
    """As many parts as the smallest order takes; None where the exchange takes no quantity at all."""
    largest, allowed = quantity_max(told.asked.rules, True), told.asked.settings.parts_max
    if not largest:
        return None
    needed = int((told.quantity / largest).to_integral_value(ROUND_CEILING))
    return (Change(PARTS, allowed, needed),) if needed > allowed else ()

"""A wish becomes a quantity: clipped to what the desk allows, down to the step, above every floor, in parts (R4).

A notional wish is rounded down, never up; an explicit quantity is never changed, only refused. Where the smallest order
that may be sent is above what the symbol's share of NAV allows, that is a conflict of its own: `sizer_cap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import ZERO, ceil_step, floor_step, plain
from hedgectl.core.model.order import Kind, Side
from hedgectl.core.model.verdict import Refused, code, refused
from hedgectl.core.risk.caps import CENT, SHARE_CAP, Cap, caps_of, nav_for, symbol_share, tightest
from hedgectl.core.risk.desk import Desk
from hedgectl.core.settings import RiskLimits

BELOW_MINIMUM = code(
    "sizer.below_minimum",
    "The order is smaller than the exchange's minimum, or the desk's own, after rounding to its step.",
)
OFF_STEP = code(
    "sizer.off_step",
    "The quantity is not a multiple of the symbol's step; explicit quantities are never changed.",
)
OFF_TICK = code(
    "sizer.off_tick",
    "The price is not a multiple of the symbol's tick; explicit prices are never changed.",
)
TOO_MANY_PARTS = code(
    "sizer.too_many_parts",
    "The order exceeds the exchange's maximum so far that too many parts were needed.",
)


@dataclass(frozen=True, slots=True)
class Sized:
    """A quantity that may leave, at the price it was judged by, under the caps that held then."""

    quantity: Decimal
    price: Decimal
    caps: tuple[Cap, ...]

    @property
    def notional_usdt(self) -> Decimal:
        return self.quantity * self.price


class Steps(NamedTuple):
    """How a wish becomes a quantity: `allowed_usdt` is what the tightest cap leaves of it (None: an explicit quantity,
    which no cap clips), `quantity` that on the step, `smallest` the floor, `largest` what so many parts carry."""

    price: Decimal
    caps: tuple[Cap, ...]
    allowed_usdt: Decimal | None
    step: Decimal
    quantity: Decimal
    smallest: Decimal
    largest: Decimal


def steps(entry: Entry, desk: Desk) -> Steps:
    """Every step of sizing an entry, refused or not; instrument, quote and NAV are there."""
    rules, quote = desk.instrument, desk.quote
    assert rules is not None
    assert quote is not None
    price = entry.price or (quote.ask if entry.side is Side.BUY else quote.bid)
    market = entry.kind is Kind.MARKET
    step = rules.market_step if market else rules.step
    caps, allowed_usdt, quantity = caps_of(desk), None, entry.quantity
    if quantity is None:
        assert entry.notional_usdt is not None
        allowed_usdt = min(entry.notional_usdt, tightest(caps).usdt)
        quantity = floor_step(allowed_usdt / price, step)
    least_price = min(price, quote.mark) if market else price  # the exchange values a market order at the mark
    smallest = smallest_quantity(rules, least_price, market, floor_usdt(desk.settings.risk, entry.symbol))
    largest = desk.settings.parts_max * quantity_max(rules, market)
    return Steps(price, caps, allowed_usdt, step, quantity, smallest, largest)


def size(entry: Entry, desk: Desk) -> Sized | Refused:
    """The vetted quantity of an entry; `desk` has passed the identity gates, so instrument and quote are there."""
    rules = desk.instrument
    assert rules is not None
    if entry.price is not None and entry.price % rules.tick:
        near = plain(floor_step(entry.price, rules.tick))
        return refused(OFF_TICK, plain(entry.price), plain(rules.tick), f"use {near}")
    found = steps(entry, desk)
    if entry.quantity is not None and found.quantity % found.step:  # a wish was rounded down to it
        near = plain(floor_step(found.quantity, found.step))
        return refused(OFF_STEP, plain(found.quantity), plain(found.step), f"use {near}")
    if found.quantity < found.smallest:
        return _too_small(entry, desk, tightest(found.caps), found.quantity, found.smallest, found.price)
    if found.quantity > found.largest:
        most = plain(found.largest)
        return refused(TOO_MANY_PARTS, plain(found.quantity), most, f"wish at most {most}")
    return Sized(found.quantity, found.price, found.caps)


def _too_small(entry: Entry, desk: Desk, cap: Cap, quantity: Decimal, smallest: Decimal, price: Decimal) -> Refused:
    """Who is to blame for a size below the floor: the wish, or the cap that leaves less than the floor."""
    floor = smallest * price
    least, most = f"{ceil_step(floor, CENT):.2f}", f"{floor_step(cap.usdt, CENT):.2f}"
    if cap.usdt < floor and (entry.notional_usdt is None or entry.notional_usdt >= floor):
        hint = f"{cap.key} leaves {most} USDT, the smallest order is {least}"
        if cap.code is SHARE_CAP:
            needed = nav_for(floor, symbol_share(desk.settings.risk, desk.tier))
            hint = f"from NAV {needed:.2f} USDT on; hedgectl sizing-check names the ways out"
        return refused(cap.code, least, most, hint)
    found, need = f"{plain(quantity)} = {quantity * price:.2f} USDT", f"{plain(smallest)} = {least} USDT"
    return refused(BELOW_MINIMUM, found, need, f"wish at least {least} USDT of {entry.symbol}")


def floor_usdt(limits: RiskLimits, symbol: str) -> Decimal:
    """The desk's own minimum of an order: of any, or of this symbol, whichever is higher."""
    return max(limits.order_floor_usdt, dict(limits.symbol_floors_usdt).get(symbol, ZERO))


def smallest_quantity(rules: Instrument, price: Decimal, market: bool, desk_floor_usdt: Decimal = ZERO) -> Decimal:
    """The true floor: the smallest multiple of the step that meets minimum quantity, the exchange's minimum notional
    and the desk's own (R4)."""
    step = rules.market_step if market else rules.step
    least = rules.market_min_qty if market else rules.min_qty
    return ceil_step(max(max(rules.min_notional, desk_floor_usdt) / price, least), step)


def quantity_max(rules: Instrument, market: bool) -> Decimal:
    """The largest quantity of one order."""
    return min(rules.market_max_qty, rules.max_qty) if market else rules.max_qty


def split(quantity: Decimal, largest: Decimal, step: Decimal) -> list[Decimal]:
    """`quantity` in as few parts of at most `largest` as there can be, as equal as the step allows: a small rest would
    fall below the exchange's minimum. What is off the step goes with the last, so that the sum is exact.

    >>> split(Decimal("616.19"), Decimal("250"), Decimal("1"))
    [Decimal('206'), Decimal('205'), Decimal('205.19')]
    """
    if quantity <= largest:
        return [quantity]
    unit = min(step, largest)
    count = int((quantity / floor_step(largest, unit)).to_integral_value(ROUND_CEILING))
    units, rest = divmod(quantity, unit)
    few, more = divmod(int(units), count)
    parts = [(few + 1) * unit] * more + [few * unit] * (count - more)
    parts[-1] += rest
    return parts

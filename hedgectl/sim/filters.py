"""The filters of a symbol: precision, price, lot size, notional, price band. Each raises the code it violates.

Reference section 5: -1111 when decimals exceed the precision, the step codes otherwise; MIN_NOTIONAL of a MARKET
order uses the mark price; PERCENT_PRICE is one-sided against the mark price. Rules that need the account live in
`admission`.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim.format import price_text
from hedgectl.sim.model import ZERO, Refusal, Spec
from hedgectl.sim.side_rules import BUY

_QUANTUM = tuple(Decimal(1).scaleb(-places) for places in range(32))


def check_price(spec: Spec, price: Decimal) -> None:
    """PRICE_FILTER and precision: -1111, -4001, -4002, -4013, -4014."""
    off_tick = spec.tick and (price - spec.min_price) % spec.tick
    if off_tick and price % _QUANTUM[spec.price_precision]:
        raise Refusal(-1111)
    if price < ZERO:
        raise Refusal(-4001)
    if spec.max_price and price > spec.max_price:
        raise Refusal(-4002, price_text(spec, spec.max_price))
    if price <= ZERO or price < spec.min_price:
        raise Refusal(-4013, price_text(spec, spec.min_price))
    if off_tick:
        raise Refusal(-4014)


def check_qty(spec: Spec, qty: Decimal, market: bool) -> None:
    """LOT_SIZE or MARKET_LOT_SIZE and precision: -1111, -4003, -4004, -4005, -4023."""
    off_step = spec.step and (qty - spec.min_qty) % spec.step
    if off_step and qty % _QUANTUM[spec.qty_precision]:
        raise Refusal(-1111)
    if qty <= ZERO:
        raise Refusal(-4003)
    if qty < spec.min_qty:
        raise Refusal(-4004)
    if qty > (spec.market_max_qty if market else spec.max_qty):
        raise Refusal(-4005)
    if off_step:
        raise Refusal(-4023)


def check_notional(spec: Spec, price: Decimal, qty: Decimal, code: int = -4164) -> None:
    """MIN_NOTIONAL at `price` (the mark for MARKET orders): -4164, or -5029 for an amendment."""
    if price * qty < spec.min_notional:
        raise Refusal(code, format(spec.min_notional.normalize(), "f"))


def check_band(spec: Spec, side: str, price: Decimal, mark: Decimal) -> None:
    """PERCENT_PRICE of a limit price: a BUY may not be too high (-4016), a SELL not too low (-4024)."""
    if side == BUY:
        cap = mark * spec.multiplier_up
        if price > cap:
            raise Refusal(-4016, price_text(spec, cap))
    else:
        floor = mark * spec.multiplier_down
        if price < floor:
            raise Refusal(-4024, price_text(spec, floor))


def check_best_in_band(spec: Spec, side: str, best: Decimal, mark: Decimal) -> None:
    """PERCENT_PRICE of a MARKET order: the counterparty's best price must be inside the band (-4131)."""
    outside = best > mark * spec.multiplier_up if side == BUY else best < mark * spec.multiplier_down
    if outside:
        raise Refusal(-4131)


def check_trigger(spec: Spec, trigger: Decimal) -> None:
    """A trigger price: tick and precision, and -4210, -4211 for the range."""
    if spec.max_price and trigger > spec.max_price:
        raise Refusal(-4210, price_text(spec, spec.max_price))
    if ZERO < trigger < spec.min_price:
        raise Refusal(-4211, price_text(spec, spec.min_price))
    check_price(spec, trigger)


def check_trigger_band(spec: Spec, side: str, price: Decimal, trigger: Decimal) -> None:
    """The limit price of a STOP or TAKE_PROFIT against its own trigger price: -4183, -4184."""
    if side == BUY and price > trigger * spec.multiplier_up:
        raise Refusal(-4183, price_text(spec, trigger * spec.multiplier_up))
    if side != BUY and price < trigger * spec.multiplier_down:
        raise Refusal(-4184, price_text(spec, trigger * spec.multiplier_down))

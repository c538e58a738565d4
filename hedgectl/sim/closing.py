"""How much of a position may still be closed: the budget that closing orders share, and who loses it first.

Orders that can only close (reduceOnly in one-way mode, SELL+LONG and BUY+SHORT in hedge mode) may together not exceed
the position. The better price goes first, then the older order; the rest shrinks or expires with er=4 (reference
section 2). Switches: hedge_oversized_close_shrinks, closing_budget_strict.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim.model import ZERO, Order, Refusal
from hedgectl.sim.side_rules import BOTH, BUY, CLOSES
from hedgectl.sim.world import World


def closes(order: Order) -> bool:
    """True for an order that can only make a position smaller."""
    return order.reduce_only if order.position_side == BOTH else CLOSES[order.position_side, order.side]


def closable(world: World, symbol: str, position_side: str, side: str) -> Decimal:
    """The size that an order of `side` finds to close; 0 when the leg is flat or points the same way."""
    held = world.account.qty(symbol, position_side)
    return abs(held) if (held < ZERO) is (side == BUY) else ZERO


def resting_closes(world: World, symbol: str, position_side: str, side: str) -> list[Order]:
    """Resting closing orders of a leg, first to be served first."""
    rows = [
        order
        for order in world.orders.open_of(symbol).values()
        if order.position_side == position_side and order.side == side and closes(order)
    ]
    rows.sort(key=lambda order: (-order.price if side == BUY else order.price, order.order_id))
    return rows


def granted(world: World, order: Order) -> Decimal:
    """The quantity a new closing order gets: all of it, less (it shrinks), or Refusal -2022.

    `order.price` 0 (MARKET) goes before everything that rests.
    """
    held = closable(world, order.symbol, order.position_side, order.side)
    if not held:
        raise Refusal(-2022)
    strict = world.switches.closing_budget_strict and not order.close_position
    if world.orders.open_of(order.symbol):
        for other in resting_closes(world, order.symbol, order.position_side, order.side):
            if other.order_id != order.order_id and (strict or (order.price and not better(order, other))):
                held -= other.left
    if held <= ZERO:
        raise Refusal(-2022)
    if order.qty <= held:
        return order.qty
    if order.position_side != BOTH and not world.switches.hedge_oversized_close_shrinks:
        raise Refusal(-2022)
    return held


def better(order: Order, other: Order) -> bool:
    """True when `order` would trade before `other`, which is older."""
    return order.price > other.price if order.side == BUY else order.price < other.price


def surplus(world: World, symbol: str, position_side: str, side: str) -> list[tuple[Order, Decimal]]:
    """Resting closing orders that no longer fit the position, each with the unfilled quantity it may keep."""
    held = closable(world, symbol, position_side, side)
    cut: list[tuple[Order, Decimal]] = []
    for order in resting_closes(world, symbol, position_side, side):
        keep = min(order.left, held)
        held -= keep
        if keep < order.left:
            cut.append((order, keep))
    return cut

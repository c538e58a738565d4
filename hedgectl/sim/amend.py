"""PUT order: a new price and quantity for a resting LIMIT order, which loses its place in the queue.

Refused changes leave the order as it was; a change that makes a post-only order take, or a quantity not above what
is filled, cancels it (reference sections 2 and 5).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hedgectl.sim.admission import LIMIT, check_margin
from hedgectl.sim.closing import closes, granted
from hedgectl.sim.fills import end, send_order
from hedgectl.sim.filters import check_band, check_notional, check_price, check_qty
from hedgectl.sim.matching import MAKER_ONLY, crosses, execute, rest
from hedgectl.sim.model import ZERO, Order, Refusal, Spec
from hedgectl.sim.world import World

AMENDMENTS_MAX = 10_000


def amend(
    world: World, order: Order | None, side: str, qty: Decimal | None, price: Decimal | None, modify_id: int
) -> Order:
    """Changes an open order, or raises Refusal (-2013, -5024..-5027, -5029, a filter's code, -2019, -2022)."""
    if order is None or not order.open:
        raise Refusal(-2013)
    spec, book = world.specs[order.symbol], world.books[order.symbol]
    if qty is None or price is None:
        raise Refusal(-1102, "quantity" if qty is None else "price")
    qty = amended_qty(world, spec, order, side, qty, price)
    world.working.pop(order.symbol, None)
    order.amendments += 1
    order.modify_id = modify_id or order.amendments
    if qty <= order.executed:
        end(world, order, "CANCELED")
        return order
    order.qty, order.price, order.update_ms = qty, price, world.now_ms
    takes = crosses(world, book, order)
    if takes and order.tif in MAKER_ONLY:
        end(world, order, "CANCELED")
        return order
    world.ledger.status(order, world.now_ms)
    send_order(world, order, "AMENDMENT")
    if takes:
        execute(world, spec, book, order)
    else:
        rest(world, book, order)
    return order


def amended_qty(world: World, spec: Spec, order: Order, side: str, qty: Decimal, price: Decimal) -> Decimal:
    """All reasons to refuse a change; the quantity it gets (a closing order shrinks to what it finds)."""
    if spec.status != "TRADING":
        raise Refusal(-5024)
    if order.type != LIMIT:
        raise Refusal(-5025)
    if side != order.side:
        raise Refusal(-1130, "side")
    if order.amendments >= AMENDMENTS_MAX:
        raise Refusal(-5026)
    if (qty, price) == (order.qty, order.price):
        raise Refusal(-5027)
    check_price(spec, price)
    check_qty(spec, qty, market=False)
    check_band(spec, side, price, world.books[spec.symbol].quote.mark)
    if qty <= order.executed:
        return qty
    changed = replace(order, qty=qty - order.executed, price=price, executed=ZERO)
    if closes(order):
        return order.executed + granted(world, changed)
    check_notional(spec, price, qty, code=-5029)
    more = qty * price - order.qty * order.price
    if more > ZERO:
        check_margin(world, spec, changed, more / price)
    return qty

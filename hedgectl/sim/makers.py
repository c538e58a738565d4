"""Resting orders and the market: when others' trades and quotes reach an order of ours.

An order waits behind `queue_ahead`. Prints at its price eat the queue, then the order; a print or a touch through its
price fills it. The queue also shrinks when less is quoted at its price than was waiting there.
"""

from __future__ import annotations

from hedgectl.sim.book import Book
from hedgectl.sim.consequences import settle
from hedgectl.sim.fills import fill
from hedgectl.sim.market.feed import Print
from hedgectl.sim.model import ZERO, Order, Spec
from hedgectl.sim.side_rules import BUY, SELL
from hedgectl.sim.world import World


def in_priority(orders: list[Order]) -> list[Order]:
    """Orders of one side, best price first, then oldest."""
    if len(orders) > 1:
        orders.sort(key=lambda order: (-order.price if order.side == BUY else order.price, order.order_id))
    return orders


def on_touch(world: World, spec: Spec, book: Book) -> None:
    """The touch has moved: orders it went through fill at their own price, queues shrink to what is quoted."""
    quote = book.quote
    bid, ask = quote.bid, quote.ask
    reached: list[Order] = []
    for order in world.orders.open_of(spec.symbol).values():
        price = order.price
        buying = order.side == BUY
        if (ask and price >= ask) if buying else (bid and price <= bid):
            reached.append(order)
        elif order.queue_ahead:
            best, qty = (bid, quote.bid_qty) if buying else (ask, quote.ask_qty)
            if price == best:
                order.queue_ahead = min(order.queue_ahead, qty)
            elif (price > best) if buying else (price < best):
                order.queue_ahead = ZERO
    for order in in_priority(reached):
        # Each fill may knock out the next order, so its consequences come first.
        if order.open:
            fill(world, spec, order, order.price, order.left, maker=True)
            settle(world)


def on_print(world: World, spec: Spec, trade: Print) -> None:
    """Others traded: the aggressor's quantity goes through queue and orders, best price first."""
    side = BUY if trade.seller_aggressor else SELL
    price = trade.price
    there = [
        order
        for order in world.orders.open_of(spec.symbol).values()
        if order.side == side and ((order.price >= price) if side == BUY else (order.price <= price))
    ]
    passing = trade.qty
    for order in in_priority(there):
        if not order.open:
            continue
        if order.price != price:
            fill(world, spec, order, order.price, order.left, maker=True)
        else:
            ahead = order.queue_ahead
            order.queue_ahead = max(ZERO, ahead - passing)
            qty = min(order.left, passing - ahead)
            if qty <= ZERO:
                continue
            fill(world, spec, order, price, qty, maker=True)
            passing -= qty
        settle(world)

"""The engine: a new order takes what the book offers, then rests, expires or is refused by its time in force.

Takers walk the depth (MARKET no further than marketTakeBound from the mark, the rest expires with er=9); own resting
orders in the way are handled by selfTradePreventionMode. Resting orders are moved by the market in `makers`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from hedgectl.sim.admission import MARKET, admit
from hedgectl.sim.book import Book
from hedgectl.sim.closing import closes
from hedgectl.sim.fills import end, fill, send_order
from hedgectl.sim.model import Algo, NewOrder, Order, Refusal, Spec
from hedgectl.sim.side_rules import BUY
from hedgectl.sim.world import Change, World

MAKER_ONLY = frozenset({"GTX", "RPI"})
AT_ONCE = frozenset({"IOC", "FOK"})
PREVENTING_TIFS = frozenset({"GTC", "IOC", "GTD"})
IOC_REMAINDER, MARKET_REMAINDER, POST_ONLY_TAKES = 2, 9, 11
SELF_TRADE, SELF_TRADE_IOC = 1, 3


class Prepared(NamedTuple):
    """An order that every check has passed: whether it takes, or is accepted only to expire (post-only)."""

    order: Order
    takes: bool
    expires: bool


def place(world: World, new: NewOrder, dry: bool = False, origin: str = "client") -> Order:
    """Accepts and executes an order, or raises Refusal. `dry`: all checks, nothing happens (order/test)."""
    prepared = prepare(world, new)
    if not dry:
        commit(world, prepared, origin)
    return prepared.order


def prepare(world: World, new: NewOrder, parent: Algo | None = None) -> Prepared:
    """All checks of an order; `parent`: the conditional order it comes from, whose own checks are done."""
    spec = world.spec(new.symbol)
    order = admit(world, spec, new, parent)
    book = world.books[spec.symbol]
    takes = order.type == MARKET or order.tif in AT_ONCE or crosses(world, book, order)
    return Prepared(order, takes, check_engine(world, book, order, takes))


def commit(world: World, prepared: Prepared, origin: str) -> None:
    """The order exists, and trades, rests or expires."""
    order = prepared.order
    book = world.books[order.symbol]
    accept(world, order, origin)
    if prepared.expires:
        end(world, order, "EXPIRED", POST_ONLY_TAKES)
    elif prepared.takes:
        execute(world, book.spec, book, order)
    else:
        rest(world, book, order)


def crosses(world: World, book: Book, order: Order) -> bool:
    """True when a LIMIT order would trade at once: with the book, or with an own resting order."""
    best = book.best(order.side)
    if best and ((order.price >= best) if order.side == BUY else (order.price <= best)):
        return True
    return bool(own_in_the_way(world, order, order.price))


def own_in_the_way(world: World, order: Order, limit: Decimal) -> list[Order]:
    """Own resting orders of the other side that `order` would reach, best price first."""
    resting = world.orders.open_of(order.symbol)
    if not resting:
        return []
    buying = order.side == BUY
    rows = [
        other
        for other in resting.values()
        if other.side != order.side
        and other is not order
        and ((other.price <= limit) if buying else (other.price >= limit))
    ]
    rows.sort(key=lambda other: (other.price if buying else -other.price, other.order_id))
    return rows


def check_engine(world: World, book: Book, order: Order, takes: bool) -> bool:
    """What only the book can refuse (-5021, -5022); True when a post-only order is accepted just to expire."""
    if order.tif in MAKER_ONLY and takes:
        if not world.switches.post_only_expires:
            raise Refusal(-5022)
        return True
    if order.tif == "FOK" and book.available(order.side, order.price) < order.qty:
        raise Refusal(-5021)
    return False


def accept(world: World, order: Order, origin: str) -> None:
    """The order exists from now on: id, index, ledger, NEW, and its expiry if it has one."""
    order.order_id = order.order_id or world.next_order_id()
    world.orders.add(order)
    world.working.pop(order.symbol, None)
    world.ledger.order(order, world.now_ms, origin)
    send_order(world, order, "NEW")
    if order.tif == "GTD":
        world.at(order.good_till_ms, expire_later(world, order), order)


def expire_later(world: World, order: Order) -> Callable[[], None]:
    """The action that expires a GTD order, should it still be open."""

    def expire() -> None:
        if order.open:
            end(world, order, "EXPIRED")

    return expire


def market_limit(spec: Spec, book: Book, side: str) -> Decimal:
    """The worst price a MARKET order may reach: marketTakeBound from the mark."""
    bound = spec.take_bound if side == BUY else -spec.take_bound
    return book.quote.mark * (1 + bound)


def execute(world: World, spec: Spec, book: Book, order: Order) -> None:
    """Trades against the book and own orders in the way, then deals with what is left."""
    market = order.type == MARKET
    limit = market_limit(spec, book, order.side) if market else order.price
    for own in own_in_the_way(world, order, limit):
        take(world, spec, book, order, own.price)
        if not order.open or not meet_own(world, spec, order, own):
            break
    if order.open:
        take(world, spec, book, order, limit)
    if not order.open:
        return
    if market:
        end(world, order, "EXPIRED", MARKET_REMAINDER)
    elif order.tif in AT_ONCE:
        end(world, order, "EXPIRED", IOC_REMAINDER)
    else:
        rest(world, book, order)


def take(world: World, spec: Spec, book: Book, order: Order, limit: Decimal) -> None:
    """Fills the order from the book, no worse than `limit`."""
    for price, qty in book.take(order.side, order.left, limit):
        fill(world, spec, order, price, qty, maker=False)


def meet_own(world: World, spec: Spec, order: Order, own: Order) -> bool:
    """Self-trade prevention between a taker and an own maker; True when the taker goes on."""
    mode = order.stp if order.tif in PREVENTING_TIFS else "NONE"
    if mode == "NONE":
        qty = min(order.left, own.left)
        fill(world, spec, order, own.price, qty, maker=False)
        fill(world, spec, own, own.price, qty, maker=True)
        return order.open
    if mode in ("EXPIRE_MAKER", "EXPIRE_BOTH"):
        end(world, own, "EXPIRED_IN_MATCH", SELF_TRADE)
    if mode in ("EXPIRE_TAKER", "EXPIRE_BOTH"):
        end(world, order, "EXPIRED_IN_MATCH", SELF_TRADE_IOC if order.tif == "IOC" else SELF_TRADE)
        return False
    return True


def rest(world: World, book: Book, order: Order) -> None:
    """The order waits in the book behind what is there already; a closing one may displace others."""
    order.queue_ahead = book.resting_qty(order.side, order.price)
    if closes(order):
        held = world.account.qty(order.symbol, order.position_side)
        world.changes.append(Change(order.symbol, order.position_side, held, held))


def cancel(world: World, order: Order | None) -> Order:
    """Cancels an open order; -2011 for anything else."""
    if order is None or not order.open:
        raise Refusal(-2011)
    end(world, order, "CANCELED")
    return order

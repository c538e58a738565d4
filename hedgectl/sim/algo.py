"""Conditional orders: NEW, TRIGGERING, TRIGGERED with a child order, FINISHED; or CANCELED, EXPIRED, REJECTED.

A trigger takes SPAWN_MS until the child order exists (as captured on the wire); in that gap a cancel is -4117. The
child is an ordinary order: margin, mode and position are checked then, and a refusal makes the algo REJECTED.
closePosition is sized at that moment. With priceProtect an order waits while mark and last are too far apart.
"""

from __future__ import annotations

from collections.abc import Callable

from hedgectl.sim import events
from hedgectl.sim.admission import MARKET
from hedgectl.sim.algo_rules import MARKETS, TRAILING, admit_algo, reached, retraced, watched_price
from hedgectl.sim.closing import closable
from hedgectl.sim.matching import commit, prepare
from hedgectl.sim.model import ZERO, Algo, NewAlgo, NewOrder, Order, Quote, Refusal, Spec
from hedgectl.sim.side_rules import BOTH, BUY, SELL
from hedgectl.sim.world import Change, World

SPAWN_MS = 11
REASONS = {-2022: "Reduce Only reject", -2019: "Margin is insufficient."}


def place_algo(world: World, new: NewAlgo) -> Algo:
    """Accepts a conditional order, or raises Refusal."""
    spec = world.spec(new.symbol)
    leg = admit_algo(world, spec, new)
    quote = world.books[spec.symbol].quote
    algo = Algo(
        world.next_algo_id(),
        new.client_id or world.new_client_id(),
        spec.symbol,
        new.side,
        new.type,
        leg.position_side,
        new.tif,
        new.qty or ZERO,
        new.price or ZERO,
        new.trigger_price or ZERO,
        world.now_ms,
        world.now_ms,
        new.working_type,
        new.price_match,
        new.close_position,
        new.price_protect,
        leg.reduce_only,
        new.activate_price or ZERO,
        new.callback_rate or ZERO,
        new.stp,
        new.good_till_ms,
    )
    world.algos.add(algo)
    world.ledger.cover(algo, world.now_ms, resting=True)
    announce(world, spec, algo)
    if algo.type == TRAILING and not algo.activate_price:
        activate(world, spec, algo, quote)
    if algo.tif == "GTD":
        world.at(algo.good_till_ms, later(world, algo, "EXPIRED"), algo)
    if world.vanish_next_ms:
        world.at(world.now_ms + world.vanish_next_ms.pop(0), lambda: vanish(world, algo))
    return algo


def announce(world: World, spec: Spec, algo: Algo) -> None:
    """The algo's state goes into the ledger and out as ALGO_UPDATE."""
    world.ledger.algo(algo, world.now_ms, algo.status)
    if world.sink is not None:
        world.sink(events.algo_update(spec, algo, world.now_ms))


def move_to(world: World, algo: Algo, status: str, reason: str = "") -> None:
    """Gives an algo a new status; once it rests no longer, it leaves the open ones and covers nothing."""
    resting = algo.open
    algo.status = status
    algo.update_ms = world.now_ms
    algo.reject_reason = reason
    if resting and not algo.open:
        world.algos.close(algo)
        world.ledger.cover(algo, world.now_ms, resting=False)
    announce(world, world.specs[algo.symbol], algo)


def later(world: World, algo: Algo, status: str) -> Callable[[], None]:
    """The action that ends an algo, should it still be waiting."""

    def act() -> None:
        if algo.status == "NEW":
            move_to(world, algo, status)

    return act


def cancel_algo(world: World, algo: Algo | None) -> Algo:
    """Cancels a waiting algo: -4117 while it is triggering, -2011 when there is nothing to cancel."""
    if algo is None or not algo.open:
        raise Refusal(-2011)
    if algo.status == "TRIGGERING":
        raise Refusal(-4117)
    move_to(world, algo, "CANCELED")
    return algo


def vanish(world: World, algo: Algo) -> None:
    """The algo is gone without a word, as users report of acknowledged ones."""
    if algo.status != "NEW":
        return
    algo.status = "EXPIRED"
    world.algos.drop(algo)
    world.ledger.algo(algo, world.now_ms, "VANISHED")
    world.ledger.cover(algo, world.now_ms, resting=False)


def on_price(world: World, spec: Spec, quote: Quote) -> None:
    """Last or mark has moved: activates, trails and triggers the symbol's waiting algos, oldest first."""
    for algo in list(world.algos.open_of(spec.symbol).values()):
        if algo.status != "NEW":
            continue
        price = watched_price(quote, algo.working_type)
        if algo.type == TRAILING:
            due = trail(world, spec, algo, quote)
        else:
            due = reached(algo.type, algo.side, algo.trigger_price, price)
        if due and not (algo.price_protect and too_far_apart(spec, quote)):
            trigger(world, algo)


def trail(world: World, spec: Spec, algo: Algo, quote: Quote) -> bool:
    """Moves a trailing stop's extreme; True when the price has retraced."""
    price = watched_price(quote, algo.working_type)
    buying = algo.side == BUY
    if not algo.activated:
        if (price <= algo.activate_price) if buying else (price >= algo.activate_price):
            activate(world, spec, algo, quote)
        return False
    algo.extreme = min(algo.extreme, price) if buying else max(algo.extreme, price)
    return retraced(algo, price)


def activate(world: World, spec: Spec, algo: Algo, quote: Quote) -> None:
    """A trailing stop begins to follow the price: a second NEW with ia=true."""
    algo.activated = True
    algo.extreme = watched_price(quote, algo.working_type)
    announce(world, spec, algo)


def too_far_apart(spec: Spec, quote: Quote) -> bool:
    """triggerProtect: mark and last differ by more than the symbol allows."""
    return abs(quote.mark - quote.last) > spec.trigger_protect * quote.mark


def trigger(world: World, algo: Algo) -> None:
    """The price is there: the child order follows after SPAWN_MS."""
    algo.trigger_ms = world.now_ms
    move_to(world, algo, "TRIGGERING")
    world.at(world.now_ms + SPAWN_MS, lambda: spawn(world, algo))


def spawn(world: World, algo: Algo) -> None:
    """Makes the child order, or rejects the algo with the reason of the refusal."""
    if algo.status != "TRIGGERING":
        return
    try:
        prepared = prepare(world, child_of(world, algo), algo)
    except Refusal as refusal:
        move_to(world, algo, "REJECTED", REASONS.get(refusal.code, f"Rejected with {refusal.code}"))
        return
    order = prepared.order
    order.order_id = algo.actual_order_id = world.next_order_id()
    algo.actual_type = order.type
    move_to(world, algo, "TRIGGERED")
    commit(world, prepared, "algo")


def child_of(world: World, algo: Algo) -> NewOrder:
    """The ordinary order that an algo becomes."""
    market = algo.type in MARKETS
    qty = algo.qty
    if algo.close_position:
        qty = closable(world, algo.symbol, algo.position_side, algo.side)
    reduce_only = algo.reduce_only or algo.close_position
    tif = "GTC" if algo.tif == "GTE_GTC" else algo.tif
    return NewOrder(
        algo.symbol,
        algo.side,
        MARKET if market else "LIMIT",
        algo.position_side,
        None if market else tif,
        qty,
        algo.price or None,
        True if reduce_only and algo.position_side == BOTH else None,
        algo.client_id if world.switches.child_client_id_is_algos else None,
        price_match=algo.price_match,
        stp=algo.stp,
        good_till_ms=0 if market else algo.good_till_ms,
    )


def on_child_done(world: World, order: Order) -> None:
    """The child order is final: the algo is FINISHED, filled or not."""
    algo = world.algos.get(order.algo_id)
    if algo is None or algo.status != "TRIGGERED":
        return
    algo.actual_price = order.avg_price
    algo.actual_qty = order.executed
    move_to(world, algo, "FINISHED")


def on_leg_closed(world: World, change: Change) -> None:
    """A leg was closed: its closePosition and GTE_GTC orders expire."""
    closing = SELL if change.before > ZERO else BUY
    for algo in list(world.algos.open_of(change.symbol).values()):
        if (
            algo.status == "NEW"
            and algo.side == closing
            and algo.position_side == change.position_side
            and (algo.close_position or algo.tif == "GTE_GTC")
        ):
            move_to(world, algo, "EXPIRED")

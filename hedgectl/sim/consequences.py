"""What follows from a changed position: closing orders that no longer fit, covers of a closed leg, finished algos.

Run after every order, fill and timer, until nothing more follows; the events of the cause come first.
"""

from __future__ import annotations

from hedgectl.sim import algo
from hedgectl.sim.closing import surplus
from hedgectl.sim.fills import end
from hedgectl.sim.model import ZERO
from hedgectl.sim.side_rules import BUY, SELL
from hedgectl.sim.world import Change, World

KNOCKED_OUT = 4


def settle(world: World) -> None:
    """Draws all consequences that are due."""
    while world.changes or world.finished:
        if world.finished:
            algo.on_child_done(world, world.finished.pop(0))
        else:
            on_change(world, world.changes.pop(0))


def on_change(world: World, change: Change) -> None:
    """A leg has another quantity: smaller, gone, or turned."""
    turned = change.before > ZERO > change.after or change.before < ZERO < change.after
    if change.before and (turned or not change.after):
        algo.on_leg_closed(world, change)
    if world.orders.open_of(change.symbol):
        for side in (BUY, SELL):
            trim(world, change.symbol, change.position_side, side)
    if world.algos.open_of(change.symbol):
        # Our own trade is a last price too.
        algo.on_price(world, world.specs[change.symbol], world.books[change.symbol].quote)


def trim(world: World, symbol: str, position_side: str, side: str) -> None:
    """Closing orders beyond the position shrink without a word, or expire with er=4."""
    for order, keep in surplus(world, symbol, position_side, side):
        if keep:
            order.qty = order.executed + keep
            world.working.pop(symbol, None)
            world.ledger.status(order, world.now_ms)
        else:
            end(world, order, "EXPIRED", KNOCKED_OUT)

"""Faults of the view: a kind of endpoint shows rows only when they are old enough. Holds for a whole run.

Source: reference/binance-usdm.md section 5 (eventual consistency).
"""

from __future__ import annotations

from random import Random

from hedgectl.sim.faults.registry import on_run
from hedgectl.sim.faults.scene import Scene


@on_run(peak=2.0)
def lag_order(scene: Scene, rng: Random) -> bool:
    """GET order does not know an order for a while."""
    return _lag(scene, "order", rng)


@on_run(peak=2.0)
def lag_open_orders(scene: Scene, rng: Random) -> bool:
    """The list of open orders lacks young ones."""
    return _lag(scene, "open_orders", rng)


@on_run(peak=2.0)
def lag_algo(scene: Scene, rng: Random) -> bool:
    """Conditional orders are seen late."""
    return _lag(scene, "algo", rng)


@on_run(peak=2.0)
def lag_positions(scene: Scene, rng: Random) -> bool:
    """Positions are seen late."""
    return _lag(scene, "positions", rng)


@on_run(peak=2.0)
def lag_trades(scene: Scene, rng: Random) -> bool:
    """Own trades are seen late."""
    return _lag(scene, "trades", rng)


def _lag(scene: Scene, view: str, rng: Random) -> bool:
    visibility = scene.box.visibility
    before = getattr(visibility, view)
    setattr(visibility, view, max(before, rng.randint(1, scene.sizes.lag_ms)))
    scene.undo(lambda: setattr(visibility, view, before))
    return True

"""Faults of the exchange's front clock: off from the start, jumping, wandering back. Taxonomy F13.

The exchange itself lives in true time; only what it says of the time, and how it judges a timestamp, is off.
"""

from __future__ import annotations

from random import Random

from hedgectl.sim.faults.registry import on_run, on_world
from hedgectl.sim.faults.scene import Scene


@on_run(peak=1.5)
def clock_offset(scene: Scene, rng: Random) -> bool:
    """The exchange's clock is off from the start."""
    return _shift(scene, rng.randint(-scene.sizes.clock_ms, scene.sizes.clock_ms))


@on_world(peak=10.0)
def clock_jump(scene: Scene, rng: Random) -> bool:
    """The exchange's clock jumps, forward or back."""
    target_ms = rng.randint(-scene.sizes.clock_jump_ms, scene.sizes.clock_jump_ms)
    return _shift(scene, target_ms - scene.box.clock_offset_ms)


def _shift(scene: Scene, by_ms: int) -> bool:
    scene.box.clock_offset_ms += by_ms
    return by_ms != 0

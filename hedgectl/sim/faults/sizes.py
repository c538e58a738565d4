"""How large a fault may be, per level. Rates say how often, sizes say how far.

Up to `storm`, a lagging view and a stale answer together stay below the 10 s that settling assumes, so that laws must
hold; a `hurricane` goes beyond and is counted, not failed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Upper bounds, ms."""

    lag_ms: int = 5_000
    stale_ms: int = 4_000
    silence_ms: int = 60_000
    straggle_ms: int = 2_000
    clock_ms: int = 900
    clock_jump_ms: int = 3_000


LEVELS: dict[str, tuple[float, float, Sizes]] = {
    # share of faults left out, factor on each fault's peak, sizes
    "mild": (0.6, 0.25, Sizes(1_500, 1_000, 15_000, 500, 300, 800)),
    "storm": (0.4, 1.0, Sizes()),
    "hurricane": (0.2, 2.5, Sizes(20_000, 20_000, 300_000, 10_000, 5_000, 30_000)),
}

"""When: the three times that a decision may need, measured outside and handed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """Milliseconds: `mono_ms` never jumps (ages, timers of this process), `wall_ms` is UTC (stamps), `exchange_ms` is
    the exchange's clock as measured (deadlines that must survive a restart)."""

    mono_ms: int
    wall_ms: int
    exchange_ms: int

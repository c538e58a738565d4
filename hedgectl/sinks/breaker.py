"""A circuit breaker as a value: after some failures in a row nothing is tried for a while, then one try decides.

Pure: time is handed in (ms of any clock that never jumps back). Requirement O4.
"""

from __future__ import annotations

from dataclasses import dataclass

CLOSED = "closed"
OPEN = "open"
HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class Patience:
    """`failures_max` failures in a row open the breaker, for `pause_ms_min` at first and twice as long each time after,
    up to `pause_ms_max`."""

    failures_max: int = 3
    pause_ms_min: int = 1_000
    pause_ms_max: int = 60_000


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row; `pause_ms` the last pause, 0 while closed; `until_ms` when the next try is due."""

    failures: int = 0
    pause_ms: int = 0
    until_ms: int = 0

    def state(self, now_ms: int) -> str:
        """Closed: work as ever. Open: do not even try. Half-open: one try is due, and decides.

        >>> Breaker().state(0), Breaker(3, 1_000, 5_000).state(4_999), Breaker(3, 1_000, 5_000).state(5_000)
        ('closed', 'open', 'half-open')
        """
        if not self.pause_ms:
            return CLOSED
        return OPEN if now_ms < self.until_ms else HALF_OPEN


def failed(breaker: Breaker, patience: Patience, now_ms: int) -> Breaker:
    """After one more failure."""
    failures = breaker.failures + 1
    if failures < patience.failures_max:
        return Breaker(failures)
    pause_ms = min(breaker.pause_ms * 2 or patience.pause_ms_min, patience.pause_ms_max)
    return Breaker(failures, pause_ms, now_ms + pause_ms)


def worked() -> Breaker:
    """After a success, whatever was before: closed."""
    return Breaker()

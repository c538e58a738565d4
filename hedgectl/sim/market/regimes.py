"""How rough a market is: four regimes, and the persistent switching between them.

Data and one small process; a regime belongs to the whole market, since trouble arrives everywhere at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from statistics import NormalDist

# Rounded, so that no last bit of a platform's libm can reach a price: one seed is one market everywhere.
NORMAL = tuple(round(NormalDist().inv_cdf((i + 0.5) / 4096), 6) for i in range(4096))
DWELLS = tuple(round(NormalDist().inv_cdf(1 - (i + 0.5) / 512) ** 2, 6) for i in range(256))


@dataclass(frozen=True, slots=True)
class Regime:
    """One weather. Volatility in bps per root second, spread in bps, rates per second, dwell in seconds."""

    name: str
    vol_bps: float
    spread_bps: float
    jump_rate: float
    jump_bps: float
    thin_rate: float
    print_share: float
    dwell_s: float
    next: tuple[tuple[str, float], ...]


REGIMES: dict[str, Regime] = {
    r.name: r
    for r in (
        Regime("quiet", 0.4, 0.03, 0.00002, 8, 0.0005, 0.55, 1800, (("normal", 0.95), ("hot", 1.0))),
        Regime("normal", 1.0, 0.10, 0.0001, 12, 0.001, 0.75, 3600, (("quiet", 0.55), ("hot", 0.97), ("panic", 1.0))),
        Regime("hot", 3.0, 0.60, 0.001, 25, 0.005, 0.90, 600, (("normal", 0.85), ("panic", 1.0))),
        Regime("panic", 9.0, 4.00, 0.01, 60, 0.05, 0.97, 90, (("hot", 0.85), ("normal", 1.0))),
    )
}


class Weather:
    """Which regime holds at a time; asked with rising times only. Fixed for ever when `fixed` is named."""

    def __init__(self, rng: Random, *, start_ms: int, fixed: str | None = None) -> None:
        if fixed is not None and fixed not in REGIMES:
            raise ValueError(f"unknown regime {fixed!r}; use one of {', '.join(REGIMES)}")
        self._rng = rng
        self._fixed = fixed is not None
        self.now = REGIMES[fixed or "normal"]
        self.until_ms = start_ms + self._dwell_ms()

    def at(self, time_ms: int) -> Regime:
        """The regime at `time_ms`."""
        while time_ms >= self.until_ms:
            if not self._fixed:
                u = self._rng.random()
                self.now = REGIMES[next(name for name, share in self.now.next if u < share)]
            self.until_ms += self._dwell_ms()
        return self.now

    def _dwell_ms(self) -> int:
        # A chi-square multiple, 0.1 to 9, of the regime's typical dwell: short and long spells both happen.
        return int(self.now.dwell_s * 1000 * (0.1 + DWELLS[self._rng.randrange(len(DWELLS))]))

"""How often each fault happens in one run, and how often it did. Swarm: each seed draws its own rates, some zero.

Every rate is drawn from a stream of its own, named after its fault, so that a new fault changes no other's rate.
`heal` ends all faults at once: the phase in which everything must converge (DESIGN section 7).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import accumulate
from random import Random

from hedgectl.sim.faults.catalogue import FAULTS
from hedgectl.sim.faults.delivery import Delivery
from hedgectl.sim.faults.flight import Flight
from hedgectl.sim.faults.registry import REQUEST, STREAM, Act, Fault
from hedgectl.sim.faults.sizes import LEVELS, Sizes

CHANCE_MAX = 0.7  # of one request, or one event, to meet any fault: something must get through


class FaultProfile:
    """Rates per fault name, in the unit of the fault's place. ValueError on an unknown name or a negative rate.

    `fired` counts what really happened; `active` is False when healed or when nothing was asked for.
    """

    def __init__(self, rates: Mapping[str, float], sizes: Sizes | None = None) -> None:
        for name, rate in rates.items():
            if name not in FAULTS:
                raise ValueError(f"no fault named {name!r}; there are {', '.join(sorted(FAULTS))}")
            if not rate >= 0:
                raise ValueError(f"rate of {name} is {rate}; give 0 or more")
        self.rates = {name: rate for name, rate in rates.items() if rate > 0}
        self.sizes = sizes or Sizes()
        self.fired: Counter[str] = Counter()
        self.healed = False
        self._on_heal: list[Callable[[], None]] = []
        self._request = _Wheel(REQUEST, self.rates)
        self._stream = _Wheel(STREAM, self.rates)
        self.on_requests, self.on_streams = self._request.active, self._stream.active

    @classmethod
    def none(cls) -> FaultProfile:
        """A calm world."""
        return cls({})

    @classmethod
    def draw(cls, rng: Random, level: str = "storm") -> FaultProfile:
        """The rates of one seed at a level: mild, storm or hurricane. Most lean to the low end; some are zero."""
        if level not in LEVELS:
            raise ValueError(f"no level {level!r}; there are {', '.join(LEVELS)}")
        left_out, factor, sizes = LEVELS[level]
        root = rng.getrandbits(64)
        rates: dict[str, float] = {}
        for name, fault in FAULTS.items():
            own = Random(f"{root}:{name}")
            rates[name] = 0.0 if own.random() < left_out else fault.peak * factor * own.random() ** 2
        return cls(rates, sizes)

    @property
    def active(self) -> bool:
        return not self.healed and bool(self.rates)

    def strike_request(self, flight: Flight, choice: Random, detail: Random) -> str | None:
        """Let at most one fault change the flight. Returns its name, which the caller counts once it is real."""
        return self._request.strike(flight, choice, detail)

    def strike_event(self, delivery: Delivery, choice: Random, detail: Random) -> None:
        """Let at most one fault change the delivery of a stream event."""
        name = self._stream.strike(delivery, choice, detail)
        if name:
            self.fired[name] += 1

    def when_healed(self, undo: Callable[[], None]) -> None:
        """Call `undo` when the profile heals, at once if it has."""
        if self.healed:
            undo()
        else:
            self._on_heal.append(undo)

    def heal(self) -> None:
        """Stop all faults, and undo those that last. What people did by hand stays done."""
        self.healed = True
        self.on_requests = self.on_streams = False
        undoes, self._on_heal = self._on_heal, []
        for undo in reversed(undoes):  # the last change first, so that what was before the first is restored
            undo()


class _Wheel:
    """One draw decides which fault strikes, if any: the rates laid end to end on 0..1."""

    def __init__(self, shelf: Mapping[str, Fault[Act]], rates: Mapping[str, float]) -> None:
        self._faults = [shelf[name] for name in sorted(rates.keys() & shelf.keys())]
        chances = [rates[fault.name] for fault in self._faults]
        scale = min(1.0, CHANCE_MAX / total) if (total := sum(chances)) and len(chances) > 1 else 1.0
        self._edges = list(accumulate(chance * scale for chance in chances))
        self.active = bool(self._faults)

    def strike(self, target: object, choice: Random, detail: Random) -> str | None:
        index = bisect_right(self._edges, choice.random())
        if index == len(self._faults):
            return None
        fault = self._faults[index]
        return fault.name if fault.act(target, detail) else None

"""When the world's own troubles happen: each at random moments of its own stream, until the profile heals.

Faults of a whole run are applied at its first moment. A director owns no clock and no task: it is told the time.
"""

from __future__ import annotations

import heapq
from random import Random
from typing import Any

from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.faults.registry import RUN, WORLD
from hedgectl.sim.faults.scene import Scene

HOUR_MS = 3_600_000


class Director:
    """Lets the world's faults of `profile` happen to `box`.

    On healing it sets the clock right, lifts bans and ends the account's refusing states; deeds stay done.
    """

    def __init__(self, box: Any, profile: FaultProfile, *, now_ms: int, seed: str) -> None:
        self._box, self._profile = box, profile
        self._clock_offset_ms = box.clock_offset_ms
        self._draws = {name: Random(f"{seed}:{name}") for name in sorted(profile.rates) if name in WORLD}
        self._due: list[tuple[int, str]] = []
        for name in self._draws:
            self._plan(name, now_ms)
        if profile.active:
            scene = self._scene(now_ms)
            for name in sorted(profile.rates.keys() & RUN.keys()):
                draw = Random(f"{seed}:{name}")
                if draw.random() < profile.rates[name] and RUN[name].act(scene, draw):
                    profile.fired[name] += 1
            profile.when_healed(self._set_right)

    def next_ms(self) -> int | None:
        """When the next trouble comes; None when no more will."""
        return self._due[0][0] if self._due and self._profile.active else None

    def act(self, now_ms: int) -> None:
        """Let everything happen that is due; a trouble that finds nothing to trouble is not counted."""
        profile = self._profile
        while self._due and self._due[0][0] <= now_ms and profile.active:
            _, name = heapq.heappop(self._due)
            if WORLD[name].act(self._scene(now_ms), self._draws[name]):
                profile.fired[name] += 1
            self._plan(name, now_ms)

    def _set_right(self) -> None:
        self._box.clock_offset_ms = self._clock_offset_ms
        self._box.limits.lift()
        self._box.exchange.hands.heal()

    def _plan(self, name: str, now_ms: int) -> None:
        wait_ms = self._draws[name].expovariate(self._profile.rates[name] / HOUR_MS)
        heapq.heappush(self._due, (now_ms + 1 + int(wait_ms), name))

    def _scene(self, now_ms: int) -> Scene:
        return Scene(self._box, now_ms, self._profile.sizes, self._profile.when_healed)

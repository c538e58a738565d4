"""Crash points, exhaustively: a scenario is lived once to count its points, then killed at each, a life for each.

A point is before and after each request and each commit, and midway: a write has left, and its process dies before it
arrives. The crash severs wire and journal first, so nothing tidies up; the next incarnation starts on the same exchange
with what was on disk, hears every wish again, and must converge. Requirement L5, F14; DESIGN section 7.
"""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from hedgectl.config.options import RunOptions
from hedgectl.core.model.input import StopRequested
from hedgectl.drill.aftermath import broken, unrest
from hedgectl.drill.life import Life, kill, live
from hedgectl.drill.plan import draw
from hedgectl.drill.scenarios import SCENARIOS, SYMBOL, Stage, Strikes
from hedgectl.drill.storm import Outcome
from hedgectl.runtime.assembly import Trader
from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS

LEVERAGE = 5
"""What an entry of a scenario gets, and the account has from the start: a set is a story of its own."""
LIFE_S_MAX = 120
CALM_MS_MAX = 60_000
CALM_MS = 2_500
CALM_EVERY_MS = 250
MIDWAY_MS = 2
TWICE_EVERY = 6
COLLECT_EVERY = 50
LEAVES = ("send.before", "cancel.before")

Report = Callable[[int, int], None]
Failure = tuple[int, str, tuple[str, ...]]


@dataclass(slots=True)
class Sweep:
    """Every crash of one scenario in one mode. `failures`: (k, what was met there, the laws that broke); k is -1 for
    the life that nobody killed. `lives` counts those that were lived, second kills included."""

    name: str
    mode: str
    points: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    lives: int = 0


class Killer:
    """Listens to a life's points and kills at the numbers in `kills`, which go on counting over the incarnations."""

    def __init__(self, kills: tuple[int, ...]) -> None:
        self.points: list[str] = []
        self.killed_ms: list[int] = []
        self.life: Life | None = None
        self._kills = kills
        self._dead: Trader | None = None

    def listen(self, life: Life) -> Callable[[str], None]:
        """The probe of a life."""
        self.life = life
        return self._at

    def _at(self, name: str) -> None:
        assert self.life is not None
        trader = self.life.trader
        if trader is self._dead:
            return
        self._count(name, trader)
        if name in LEAVES and trader is not self._dead:
            if len(self.points) in self._kills:
                asyncio.get_running_loop().call_later(MIDWAY_MS / 1000, self._kill, trader)
            self.points.append(name.replace("before", "midway"))

    def _count(self, name: str, trader: Trader) -> None:
        self.points.append(name)
        if len(self.points) - 1 in self._kills:
            self._kill(trader)

    def _kill(self, trader: Trader) -> None:
        if trader is not self._dead:
            self._dead = trader
            self.killed_ms.append(trader.clock.wall_ms())
            kill(trader)


def crash(name: str, mode: str, folder: Path, *kills: int) -> tuple[list[str], list[str]]:
    """Live a scenario, killed at these points: (the points it met, the laws it broke). Its journal stays in `folder`.

    This is how one failing k is lived again. KeyError: no such scenario.
    """
    scenario, killer, strikes = SCENARIOS[name], Killer(kills), Strikes()
    folder.mkdir(parents=True)
    keys = {**scenario.keys, "box.position_mode": mode}
    plan = replace(draw(0, "mild"), mode=mode, symbols=(SYMBOL,), moments_ms=(), kills=(), keys=keys)
    stages: list[Stage] = []
    scripts: list[asyncio.Task[None]] = []
    left: list[str] = []

    async def story(trader: Trader) -> None:
        if not stages:
            assert killer.life is not None
            killer.life.exchange.set_leverage(SYMBOL, LEVERAGE)
            stages.append(Stage(trader.clock, mode, strikes, killer.life))
            scripts.append(asyncio.get_running_loop().create_task(scenario.script(stages[0])))
        await stages[0].hear(trader)
        await asyncio.shield(scripts[0])
        left.extend(await calm(trader))
        trader.executor.offer(StopRequested("the story is told"))

    options = RunOptions(LIFE_S_MAX, virtual=True, demo=False)
    life = live(plan.config(str(folder)), folder, story, options=options, faults=strikes, probe=killer.listen)
    outcome = Outcome(plan, life, strikes, stages[0].said, calm_ms=-1 if left else 0, unrest=tuple(left))
    return killer.points, [*_unkilled(life, killer, kills), *broken(outcome, _lived(life, killer))]


def sweep(name: str, mode: str, folder: Path, report: Report | None = None) -> Sweep:
    """Kill a scenario at each of its points, and each sixth life once more after its restart.

    `report(done, all)` is called after each point. Folders of lives that failed are kept. KeyError: no such scenario.
    """
    found = Sweep(name, mode)
    found.points = _try(found, folder, -1)
    for k in range(len(found.points)):
        if k % COLLECT_EVERY == 0:  # each life leaves cycles that the collector's rare rounds let pile up
            gc.collect()
        points = _try(found, folder, k)
        if k % TWICE_EVERY == 0 and len(points) > k + 1:
            _try(found, folder, k, Random(f"{name}:{mode}:{k}").randrange(k + 1, len(points)))
        if report is not None:
            report(k + 1, len(found.points))
    return found


async def calm(trader: Trader) -> list[str]:
    """Wait until nothing has been amiss for `CALM_MS`; what still is after `CALM_MS_MAX`, in words."""
    quiet_ms, until = 0, trader.clock.mono_ms() + CALM_MS_MAX
    while quiet_ms < CALM_MS:
        await trader.clock.sleep_ms(CALM_EVERY_MS)
        amiss = [*unrest(trader), *(f"{key} is still a mismatch" for key in trader.state.durable.belief.open)]
        if amiss and trader.clock.mono_ms() > until:
            return [f"no calm in {CALM_MS_MAX} ms: {each}" for each in amiss]
        quiet_ms = 0 if amiss else quiet_ms + CALM_EVERY_MS
    return []


def _lived(life: Life, killer: Killer) -> tuple[tuple[int, int], ...]:
    """When each incarnation began and ended, wall ms."""
    begun = [VIRTUAL_EPOCH_MS + trader.begun_ms for trader in life.traders]
    return tuple(zip(begun, [*killer.killed_ms, life.trader.clock.wall_ms()], strict=False))


def _unkilled(life: Life, killer: Killer, kills: tuple[int, ...]) -> Iterator[str]:
    """Kills that did not happen, or did not end a process. One that dies while its run ends has nothing left to do."""
    yield from (f"nobody died at {k}" for k in kills[len(killer.killed_ms) :])
    ending = killer.killed_ms[-1:] == [life.trader.clock.wall_ms()]
    if len(life.traders) + ending != len(killer.killed_ms) + 1:
        yield f"{len(killer.killed_ms)} kills made {len(life.traders)} incarnations"


def _try(found: Sweep, folder: Path, *kills: int) -> list[str]:
    """Live with these kills (-1: none), note what broke, and hand back the points that were met."""
    place = folder / f"{found.name}-{found.mode}-{'-'.join(map(str, kills))}"
    found.lives += 1
    try:
        points, sentences = crash(found.name, found.mode, place, *(k for k in kills if k >= 0))
    except Exception as wrong:  # a life that breaks down is what a sweep looks for, and it goes on
        points, sentences = [], [f"{type(wrong).__name__}: {wrong}"]
    else:
        if found.points[: kills[0] + 1] != points[: kills[0] + 1]:
            sentences.append(f"another life: its points up to {kills[0]} are not those of the first")
    if sentences:
        met = " then ".join(points[k] for k in kills if 0 <= k < len(points)) or "nothing"
        also = f" (and at {kills[1]})" if len(kills) > 1 else ""
        found.failures.append((kills[0], met + also, tuple(sentences)))
    else:
        shutil.rmtree(place)
    return points

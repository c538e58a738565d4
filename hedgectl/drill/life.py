"""One life: the product's own Trader in virtual time on the embedded exchange, killed and started anew as a story asks.

Everything below `decide` is what a real run uses. A crash severs wire and journal first, so that nothing tidies up;
the next incarnation finds the same exchange, the same troubles, and what was on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hedgectl.config.options import RunOptions
from hedgectl.config.schema import Config
from hedgectl.core.model.codec import EVENTS, decode
from hedgectl.core.state.volatile import State
from hedgectl.runtime.assembly import Job, Rig, Trader
from hedgectl.runtime.clock import VirtualClock
from hedgectl.runtime.folders import JOURNAL
from hedgectl.runtime.loop import run_virtual
from hedgectl.runtime.perform import Probe
from hedgectl.runtime.place import Place, open_place
from hedgectl.screens.terminal import Silent
from hedgectl.screens.view import RunSummary
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.ledger import Ledger
from hedgectl.store.reader import replay

DOWN_MS = 1_000
LIVES_MAX = 20

Story = Callable[[Trader], Coroutine[Any, Any, None]]
"""Runs beside each incarnation; what it raises ends the life and is raised."""


class Killed(Exception):
    """The drill's kill -9."""


@dataclass(slots=True)
class Life:
    """What a life left: its incarnations (the last one ended in order), the summary, the exchange's own account."""

    folder: Path
    traders: list[Trader] = field(default_factory=list)
    summary: RunSummary | None = None

    @property
    def trader(self) -> Trader:
        """The incarnation that lives, or lived last."""
        return self.traders[-1]

    @property
    def state(self) -> State:
        """What that incarnation believes."""
        return self.trader.state

    @property
    def exchange(self) -> Exchange:
        box = self.trader.place.box
        assert box is not None
        return box.exchange

    @property
    def ledger(self) -> Ledger:
        return self.exchange.ledger

    def events(self, *kinds: str) -> list[Any]:
        """The journal's events of these kinds (all without one), decoded, in order."""
        wanted = frozenset(kinds) or EVENTS.keys()
        rows = replay(self.folder / JOURNAL)
        return [decode(EVENTS[row[2]], row[5]) for row in rows if row[2] in wanted and row[2] in EVENTS]


def kill(trader: Trader) -> None:
    """As kill -9: nothing is written, sent or told from here on."""
    if trader.place.wire is not None:
        trader.place.wire.sever()
    trader.executor.sever(Killed())


def live(
    config: Config,
    folder: Path,
    story: Story,
    *,
    options: RunOptions,
    faults: FaultProfile | None = None,
    probe: Callable[[Life], Probe] | None = None,
    opened: Callable[[Place], None] | None = None,
) -> Life:
    """Live once, from birth to an orderly end; each `kill` begins another incarnation, at most `LIVES_MAX`.

    `probe` makes the listener to crash points, `opened` may change each place before it is used. Raises what the story
    or the run raises.
    """
    life = Life(folder)

    def enter(*args: Any, **more: Any) -> Place:
        again = life.traders[-2].place if len(life.traders) > 1 else None
        place = open_place(*args, **more, faults=faults, again=again)
        place.beside.append(lambda: story(life.trader))
        if opened is not None:
            opened(place)
        return place

    async def main(clock: VirtualClock) -> Life:
        job = Job(options, config, folder, folder, Silent())
        rig = Rig(enter, probe(life) if probe is not None else None)
        for _ in range(LIVES_MAX):
            life.traders.append(Trader(job, clock, rig))
            try:
                life.summary = await life.trader.main()
                return life
            except Killed:
                await clock.sleep_ms(DOWN_MS)
        raise RuntimeError(f"killed {LIVES_MAX} times: a story must end")

    return run_virtual(main)

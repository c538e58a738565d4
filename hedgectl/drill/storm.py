"""A storm: five minutes of everything that goes wrong, with kills; then the sky clears and everything must converge.

The calm ends as soon as all has stood right for `STAYS_MS`; when it has not begun to by `CALM_MS_MAX` after the end of
the last ban that we were told of, what is still wrong is the outcome's `unrest` (V2 of reference/reliability.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hedgectl.config.options import RunOptions
from hedgectl.core.model.input import IntentReceived, StopRequested
from hedgectl.drill.calm import unfinished, wrong
from hedgectl.drill.life import Life, kill, live
from hedgectl.drill.plan import STORM_MS, Kill, Plan
from hedgectl.drill.wishes import Said, Wishes
from hedgectl.runtime.assembly import Trader
from hedgectl.runtime.perform import Probe
from hedgectl.sim.faults.profile import FaultProfile

STAYS_MS = 12_000
"""More than a cycle: one look at the account has to agree too."""
CALM_MS_MAX = 120_000
BAN_MS_MAX = 240_000
LOOK_EVERY_MS = 500
EARLY_MS = (20, 80, 250, 600, 1_500)
"""After each restart somebody wishes at once, while the account has not been looked at."""
LIFE_S_MAX = (STORM_MS + BAN_MS_MAX + CALM_MS_MAX + STAYS_MS) / 1000 + 60


@dataclass(slots=True)
class Outcome:
    """What a storm left. Times are true ms since the beginning; -1: it never came to that.

    `healed_ms`: the faults ended, and every ban that we honour. `repaired_ms`: from then on nothing was wrong for
    `STAYS_MS`. `killed` names the points at which the process was killed.
    """

    plan: Plan
    life: Life
    faults: FaultProfile
    said: list[Said]
    healed_ms: int = -1
    repaired_ms: int = -1
    calm_ms: int = -1
    unrest: tuple[str, ...] = ()
    killed: list[Kill] = field(default_factory=list)
    bans: int = 0

    @property
    def repair_ms(self) -> int | None:
        """From healing to the last unrest; None when it never rested."""
        return max(self.repaired_ms - self.healed_ms, 0) if self.repaired_ms >= 0 else None


class Storm:
    """The story of one life over all its incarnations."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.faults, self.wishes = plan, plan.faults(), Wishes(plan)
        self._moments, self._kills = list(reversed(plan.moments_ms)), list(reversed(plan.kills))
        self._born = 0
        self.outcome: Outcome | None = None

    def live(self, folder: Path) -> Outcome:
        """Live it. Raises whatever the run raises: a storm is no excuse for an exception."""
        options = RunOptions(LIFE_S_MAX, virtual=True, demo=False)
        config = self.plan.config(str(folder))
        live(config, folder, self.tell, options=options, faults=self.faults, probe=self._probe)
        assert self.outcome is not None
        return self.outcome

    def _probe(self, life: Life) -> Probe:
        self.outcome = Outcome(self.plan, life, self.faults, self.wishes.said)

        def reached(point: str) -> None:
            due = self._kills[-1] if self._kills else None
            if due is not None and point == due.point and life.trader.clock.mono_ms() >= due.at_ms:
                self._kill(life.trader)

        return reached

    def _kill(self, trader: Trader) -> None:
        assert self.outcome is not None
        self.outcome.killed.append(self._kills.pop())
        kill(trader)

    async def tell(self, trader: Trader) -> None:
        """One incarnation: wishes as long as the storm lasts, then the calm."""
        clock = trader.clock
        self._born += 1
        if self._born > 1:
            for wish in self.wishes.again():
                self._hand_in(trader, wish)
            born_ms = clock.mono_ms()
            self._moments = sorted([*self._moments, *(born_ms + after_ms for after_ms in EARLY_MS)], reverse=True)
        while (now_ms := clock.mono_ms()) < STORM_MS:
            due = self._kills[-1] if self._kills else None
            if due is not None and not due.point and due.at_ms <= now_ms:
                self._kill(trader)
                return
            if self._moments and self._moments[-1] <= now_ms:
                self._moments.pop()
                for wish in self.wishes.next(trader.state, trader.exchange.now_ms()):
                    self._hand_in(trader, wish)
                continue
            nearest = min(self._moments[-1] if self._moments else STORM_MS, STORM_MS)
            if due is not None and not due.point:
                nearest = min(nearest, due.at_ms)
            await clock.sleep_ms(nearest - now_ms)
        self._kills.clear()
        await self._calm(trader)
        trader.executor.offer(StopRequested("calm"))

    def _hand_in(self, trader: Trader, wish: object) -> None:
        volatile, now_ms = trader.state.volatile, trader.clock.mono_ms()
        age_ms = now_ms - volatile.wallet_mono_ms if volatile.checked else None
        self.wishes.said.append(Said(now_ms, wish, age_ms))  # type: ignore[arg-type]
        trader.executor.offer(IntentReceived(wish, "drill"))  # type: ignore[arg-type]

    async def _calm(self, trader: Trader) -> None:
        """Heal, wait for a ban's end, then watch until all has stood right for long enough."""
        outcome, clock, state = self.outcome, trader.clock, trader.state
        assert outcome is not None
        outcome.bans = trader.place.box.limits.bans if trader.place.box is not None else 0
        self.faults.heal()
        wait_ms = state.volatile.budget.reads_after_ms - trader.exchange.now_ms()
        await clock.sleep_ms(min(max(wait_ms, 0), BAN_MS_MAX))
        outcome.healed_ms = wrong_ms = open_ms = clock.mono_ms()
        while (now_ms := clock.mono_ms()) - outcome.healed_ms <= CALM_MS_MAX + STAYS_MS:
            found = list(wrong(state, outcome.life.exchange))
            still = list(unfinished(state, outcome.life.exchange))
            if found:
                wrong_ms = now_ms
            if found or still:
                open_ms = now_ms
            outcome.unrest = tuple(found + still)
            if outcome.repaired_ms < 0 and now_ms - wrong_ms >= STAYS_MS:
                outcome.repaired_ms = wrong_ms
            if now_ms - open_ms >= STAYS_MS:
                outcome.calm_ms = open_ms
                return
            await clock.sleep_ms(LOOK_EVERY_MS)
        outcome.unrest = outcome.unrest or ("never calm for long enough",)

"""GREEN, YELLOW, ORANGE, RED: up when doubt persists, at once when it is grave or grows fast; down slowly (B4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hedgectl.core.belief.debt import Debt
from hedgectl.core.settings import BeliefLimits, Step


class Posture(StrEnum):
    GREEN = "GREEN"
    YELLOW = "YELLOW"
    ORANGE = "ORANGE"
    RED = "RED"

    @property
    def rank(self) -> int:
        """0 for GREEN to 3 for RED."""
        return RANKS[self]


RANKS = {posture: rank for rank, posture in enumerate(Posture)}
POSTURES = tuple(Posture)


@dataclass(frozen=True, slots=True)
class Held:
    """The posture that is held, and since when what would change it has stood (exchange ms; 0: it does not)."""

    posture: Posture = Posture.GREEN
    since_ms: int = 0
    above_ms: int = 0
    below_ms: int = 0


def step_of(posture: Posture, limits: BeliefLimits) -> Step:
    """The numbers of a posture."""
    return (limits.green, limits.yellow, limits.orange, limits.red)[posture.rank]


def wanted(debt: Debt, limits: BeliefLimits) -> Posture:
    """The posture that the score alone asks for; a burst of growth asks for ORANGE at least."""
    asked = Posture.GREEN
    for posture in POSTURES:
        if debt.score >= step_of(posture, limits).up:
            asked = posture
    if bursting(debt, limits) and asked.rank < Posture.ORANGE.rank:
        return Posture.ORANGE
    return asked


def bursting(debt: Debt, limits: BeliefLimits) -> bool:
    """Debt grows so fast that waiting for it to persist would be waiting for the damage."""
    return debt.score > 0 and debt.growth_per_min >= limits.burst_per_min


def hold(held: Held, debt: Debt, now_ms: int, limits: BeliefLimits) -> Held:
    """The posture from now on. Rises to what is wanted after `persist_s`, at once for RED and for a burst; falls one
    step after the score stayed below that posture's `down` for `recover_s`."""
    asked = wanted(debt, limits)
    if asked.rank > held.posture.rank:
        above_ms = held.above_ms or now_ms
        persisted = now_ms - above_ms >= limits.persist_s * 1000
        if asked is Posture.RED or bursting(debt, limits) or persisted:
            return Held(asked, now_ms)
        return Held(held.posture, held.since_ms, above_ms, 0)
    if held.posture is not Posture.GREEN and debt.score < step_of(held.posture, limits).down:
        below_ms = held.below_ms or now_ms
        if now_ms - below_ms >= limits.recover_s * 1000:
            return Held(POSTURES[held.posture.rank - 1], now_ms)
        return Held(held.posture, held.since_ms, 0, below_ms)
    return Held(held.posture, held.since_ms)

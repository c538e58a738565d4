"""Belief debt: how long, on how many symbols, and how often in a row belief and exchange have disagreed (B3, B4).

A mismatch is anything that is not settled: a leg that differs, an order that nobody answers for, a missing stop, a
read that failed. It ages from when it was first seen; it is gone when a later statement agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hedgectl.core.settings import BeliefLimits

MINUTE_S = 60.0


@dataclass(slots=True)
class Mismatch:
    """One open disagreement. Times are exchange milliseconds; `seen` counts the statements that showed it."""

    kind: str
    symbol: str
    first_ms: int
    last_ms: int
    seen: int = 1


@dataclass(frozen=True, slots=True)
class Debt:
    """What is owed now. `growth_per_min` is the slope of the score."""

    debt_s: float
    symbols: int
    streak: int
    score: float
    growth_per_min: float


NO_DEBT = Debt(0.0, 0, 0, 0.0, 0.0)


def score_of(debt_s: float, symbols: int, streak: int, limits: BeliefLimits) -> float:
    """The requirement's sum: age of the oldest, number of symbols, mismatches in a row.

    >>> score_of(30.0, 1, 2, BeliefLimits())
    1.55
    """
    return debt_s / limits.debt_ref_s + symbols * limits.symbol_weight + streak * limits.streak_weight


def growth_of(history: Sequence[tuple[int, float]], now_ms: int, score: float, limits: BeliefLimits) -> float:
    """Slope of the score per minute, from the oldest score inside the window to now; 0 without one. Over less than a
    quarter of the window it is taken as if it were that long: two looks a second apart are no trend.

    >>> growth_of([(0, 0.0), (30_000, 1.0)], 60_000, 2.0, BeliefLimits())
    2.0
    """
    window_ms = limits.growth_window_s * 1000
    for at_ms, was in history:
        if 0 < now_ms - at_ms <= window_ms:
            return (score - was) / (max(now_ms - at_ms, window_ms / 4) / 1000 / MINUTE_S)
    return 0.0


def debt_of(
    open_: Iterable[Mismatch], streak: int, history: Sequence[tuple[int, float]], now_ms: int, limits: BeliefLimits
) -> Debt:
    """The debt of a set of open mismatches: of the account, or of one symbol."""
    oldest_ms, symbols = now_ms, set()
    for each in open_:
        oldest_ms = min(oldest_ms, each.first_ms)
        symbols.add(each.symbol)
    debt_s = max(now_ms - oldest_ms, 0) / 1000
    if not symbols and not streak:
        return Debt(0.0, 0, 0, 0.0, growth_of(history, now_ms, 0.0, limits))
    score = score_of(debt_s, len(symbols), streak, limits)
    return Debt(debt_s, len(symbols), streak, score, growth_of(history, now_ms, score, limits))

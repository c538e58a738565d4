"""Events of belief: what disagrees with the exchange, since when, and the posture that follows (B3).

Part of the one vocabulary in `event`, which hands them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class MismatchOpened:
    """Belief and exchange disagree, or cannot be compared: a leg, an unanswered order, a bare leg, a failed read."""

    kind: ClassVar[str] = "mismatch.opened"
    key: str
    what: str
    symbol: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class MismatchClosed:
    """A later statement agrees, or the question was answered."""

    kind: ClassVar[str] = "mismatch.closed"
    key: str
    symbol: str
    lasted_ms: int


@dataclass(frozen=True, slots=True)
class BeliefState:
    """Debt and posture after a change (B3). `above_ms`, `below_ms`: since when what would move the posture stands."""

    kind: ClassVar[str] = "execution.belief_state"
    posture: str
    was: str
    since_ms: int
    above_ms: int
    below_ms: int
    debt_s: float
    symbols: int
    streak: int
    score: float
    growth_per_min: float
    at_ms: int

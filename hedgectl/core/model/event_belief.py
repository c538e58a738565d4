"""Events of belief: what disagrees with the exchange, since when, and the posture that follows (B3).

Part of the one vocabulary in `event`, which hands them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from hedgectl.core.model.order import Leg


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
    confidence: float = 1.0
    repairs: int = 0
    skips: int = 0


@dataclass(frozen=True, slots=True)
class ReconcileSummary:
    """One look at the account that found something, or that ended a row of such: what differed, what was repaired, what
    was left and why, each in words (B3). `evidence` says how old each sensor's last statement was."""

    kind: ClassVar[str] = "reconcile.summary"
    found: tuple[str, ...]
    repaired: tuple[str, ...]
    skipped: tuple[str, ...]
    evidence: tuple[str, ...]
    confidence: float
    at_ms: int


@dataclass(frozen=True, slots=True)
class KillRequested:
    """Belief is so far from the exchange that a person should look before anything new is risked (B5)."""

    kind: ClassVar[str] = "belief.kill_requested"
    why: str
    score: float
    at_ms: int


@dataclass(frozen=True, slots=True)
class PositionLeft:
    """A position that nobody here opened is left alone, by policy: no belief, no cover, no entries beside it (B1).
    `quantity` 0: it is gone."""

    kind: ClassVar[str] = "position.left"
    symbol: str
    leg: Leg
    quantity: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderLate:
    """The exchange has an order that was called refused, voided or absent: the proof was wrong. Counted, and told."""

    kind: ClassVar[str] = "order.late"
    client_id: str
    order_id: int
    called: str
    via: str


@dataclass(frozen=True, slots=True)
class OrderForgotten:
    """An unknown order older than what the exchange keeps: what became of it can't be proven any more. It is neither
    absent nor filled; it leaves the book, and a person is told."""

    kind: ClassVar[str] = "order.forgotten"
    client_id: str
    why: str


@dataclass(frozen=True, slots=True)
class CancelGaveUp:
    """A cancel was not confirmed in its attempts: the order's state is unknown, never "cancelled" (B7)."""

    kind: ClassVar[str] = "cancel.gave_up"
    client_id: str
    attempts: int

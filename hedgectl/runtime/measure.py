"""Bounded wrongness: three figures of a run, from what we believed and what the exchange's own ledger says.

wrongness: USD-seconds of belief differing from truth; naked: USD-seconds of position without a resting stop; time to
repair: how long each difference lasted. They are what a change is judged by (DESIGN "Bounded wrongness").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hedgectl.sim.ledger import CoverPoint, Ledger

Key = tuple[str, str]
ZERO = Decimal(0)
MS = 1000.0


@dataclass(frozen=True, slots=True)
class Wrongness:
    """USD-seconds, and the durations (ms, ascending) of every difference between belief and truth."""

    wrong_usd_s: float
    naked_usd_s: float
    repairs_ms: tuple[int, ...]

    @property
    def repair_p50_p99_max(self) -> tuple[int, int, int] | None:
        """None when nothing ever differed."""
        if not self.repairs_ms:
            return None
        last = len(self.repairs_ms) - 1
        at = [self.repairs_ms[round(last * share)] for share in (0.5, 0.99, 1.0)]
        return at[0], at[1], at[2]


def measure(ledger: Ledger, beliefs: Mapping[Key, Sequence[tuple[int, Decimal]]], end_ms: int) -> Wrongness:
    """The figures of a run that ended at `end_ms` (exchange time). `beliefs`: per leg, what we held from when on."""
    wrong = naked = 0.0
    repairs: list[int] = []
    for key in sorted(set(ledger.positions) | set(beliefs)):
        truth = [(point.time_ms, point.qty, point.mark) for point in ledger.positions.get(key, ())]
        legs_wrong, legs_repairs = _wrong(truth, beliefs.get(key, ()), end_ms)
        wrong += legs_wrong
        repairs += legs_repairs
        naked += _naked(truth, ledger.covers.get(key, ()), end_ms)
    return Wrongness(wrong, naked, tuple(sorted(repairs)))


def _wrong(
    truth: Sequence[tuple[int, Decimal, Decimal]], belief: Sequence[tuple[int, Decimal]], end_ms: int
) -> tuple[float, list[int]]:
    """One leg: the integral of the difference, and each stretch of it."""
    moves: list[tuple[int, int, Decimal, Decimal]] = [(at, 0, qty, mark) for at, qty, mark in truth]
    moves += [(at, 1, qty, ZERO) for at, qty in belief]
    moves.sort(key=lambda move: (move[0], move[1]))
    theirs = ours = mark = ZERO
    total, repairs, since, last = 0.0, [], None, 0
    for at, source, qty, price in [*moves, (end_ms, 2, ZERO, ZERO)]:
        if theirs != ours and at > last:
            total += float(abs(theirs - ours) * mark) * (at - last) / MS
        last = max(last, at)
        if source == 0:
            theirs, mark = qty, price
        elif source == 1:
            ours = qty
        if theirs != ours and since is None:
            since = at
        elif theirs == ours and since is not None:
            if at > since:
                repairs.append(at - since)
            since = None
    if since is not None and end_ms > since:
        repairs.append(end_ms - since)
    return total, repairs


def _naked(truth: Sequence[tuple[int, Decimal, Decimal]], covers: Iterable[CoverPoint], end_ms: int) -> float:
    """One leg: the integral of what no resting stop covers."""
    moves: list[tuple[int, int, Decimal, Decimal, CoverPoint | None]]
    moves = [(at, 0, qty, mark, None) for at, qty, mark in truth]
    moves += [(point.time_ms, 1, ZERO, ZERO, point) for point in covers]
    moves.sort(key=lambda move: (move[0], move[1]))
    quantity = mark = ZERO
    resting: dict[int, CoverPoint] = {}
    total, last = 0.0, 0
    for at, _source, qty, price, point in [*moves, (end_ms, 2, ZERO, ZERO, None)]:
        bare = _uncovered(quantity, resting)
        if bare and at > last:
            total += float(bare * mark) * (at - last) / MS
        last = max(last, at)
        if point is None:
            quantity, mark = (qty, price) if price else (quantity, mark)
        elif point.resting:
            resting[point.algo_id] = point
        else:
            resting.pop(point.algo_id, None)
    return total


def _uncovered(quantity: Decimal, resting: Mapping[int, CoverPoint]) -> Decimal:
    """How much of a leg no stop of the right side would close; a closePosition stop (quantity 0) closes all of it."""
    if not quantity or not resting:
        return abs(quantity)
    side = "SELL" if quantity > 0 else "BUY"
    left = abs(quantity)
    for point in resting.values():
        if point.side == side:
            left -= point.qty or left
    return max(left, ZERO)

"""When a leg stood without a stop, from the exchange's own ledger (L3). A stop covers while it rests: closePosition
covers whatever is there, a quantity covers so much."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from hedgectl.sim.ledger import CoverPoint, Ledger, PositionPoint


def naked_stretches(ledger: Ledger, end_ms: int) -> Iterator[tuple[str, int, int]]:
    """(leg, from, to) of each stretch of a position that no stop of the right side covers whole."""
    for (symbol, leg), points in ledger.positions.items():
        moves: list[PositionPoint | CoverPoint] = [*points, *ledger.covers.get((symbol, leg), ())]
        moves.sort(key=lambda move: move.time_ms)
        quantity, resting, since = Decimal(0), dict[int, CoverPoint](), None
        for move in moves:
            if isinstance(move, PositionPoint):
                if quantity * move.qty < 0 and since is not None:  # another position, with a stretch of its own
                    yield f"{symbol}|{leg}", since, move.time_ms
                    since = None
                quantity = move.qty
            elif move.resting:
                resting[move.algo_id] = move
            else:
                resting.pop(move.algo_id, None)
            bare = quantity != 0 and not _covered(quantity, resting)
            if bare and since is None:
                since = move.time_ms
            elif not bare and since is not None:
                yield f"{symbol}|{leg}", since, move.time_ms
                since = None
        if since is not None:
            yield f"{symbol}|{leg}", since, end_ms


def _covered(quantity: Decimal, resting: dict[int, CoverPoint]) -> bool:
    side = "SELL" if quantity > 0 else "BUY"
    mine = [point for point in resting.values() if point.side == side]
    return any(not point.qty for point in mine) or sum(point.qty for point in mine) >= abs(quantity)

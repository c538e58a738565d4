"""What really happened, in order: the truth that an oracle compares with a client's belief.

Entries of every accepted order, fill, position and cover change, plus compact histories per symbol and leg. Nothing
in the exchange reads it to decide. Entries are bounded by LEDGER_MAX; `dropped` says how many were forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from hedgectl.sim.model import Algo, LedgerEntry, Order, Position, Trade
from hedgectl.sim.shelf import Shelf

LEDGER_MAX = 400_000
HISTORY_MAX = 100_000
COVER_TYPES = frozenset({"STOP_MARKET", "STOP", "TRAILING_STOP_MARKET"})


class PositionPoint(NamedTuple):
    """A leg's quantity from `time_ms` on, with the mark price of that moment."""

    time_ms: int
    qty: Decimal
    entry_price: Decimal
    mark: Decimal


class CoverPoint(NamedTuple):
    """A stop appears (`resting`) or is gone. `qty` 0: closePosition, it covers whatever is there."""

    time_ms: int
    algo_id: int
    resting: bool
    side: str
    type: str
    qty: Decimal
    trigger_price: Decimal
    reduce_only: bool


class Ledger:
    """The exchange's own account of events; iterable and indexable like a list of LedgerEntry."""

    def __init__(self, limit: int = LEDGER_MAX) -> None:
        self._entries: Shelf[LedgerEntry] = Shelf(limit)
        self.added = 0
        self.positions: defaultdict[tuple[str, str], Shelf[PositionPoint]] = defaultdict(lambda: Shelf(HISTORY_MAX))
        self.covers: defaultdict[tuple[str, str], Shelf[CoverPoint]] = defaultdict(lambda: Shelf(HISTORY_MAX))

    @property
    def dropped(self) -> int:
        return self.added - len(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[LedgerEntry]:
        return iter(self._entries)

    def __getitem__(self, index: int) -> LedgerEntry:
        return self._entries.at(index)

    def of(self, *kinds: str) -> list[LedgerEntry]:
        """The entries of these kinds, in order."""
        return [entry for entry in self._entries if entry.kind in kinds]

    def add(self, time_ms: int, kind: str, symbol: str, body: dict[str, object]) -> None:
        self.added += 1
        self._entries.append(LedgerEntry(time_ms, kind, symbol, body))

    def order(self, order: Order, time_ms: int, origin: str) -> None:
        """An order was accepted; `origin`: client, algo, manual or exchange."""
        body: dict[str, object] = {
            "order_id": order.order_id,
            "client_id": order.client_id,
            "side": order.side,
            "position_side": order.position_side,
            "type": order.type,
            "qty": order.qty,
            "price": order.price,
            "reduce_only": order.reduce_only,
            "algo_id": order.algo_id,
            "origin": origin,
        }
        self.add(time_ms, "order", order.symbol, body)

    def status(self, order: Order, time_ms: int) -> None:
        """An order reached a final status, or was amended."""
        body: dict[str, object] = {
            "order_id": order.order_id,
            "client_id": order.client_id,
            "status": order.status,
            "qty": order.qty,
            "price": order.price,
            "executed": order.executed,
            "expire_reason": order.expire_reason,
        }
        self.add(time_ms, "status", order.symbol, body)

    def fill(self, trade: Trade, client_id: str) -> None:
        body: dict[str, object] = {
            "trade_id": trade.trade_id,
            "order_id": trade.order_id,
            "client_id": client_id,
            "side": trade.side,
            "position_side": trade.position_side,
            "price": trade.price,
            "qty": trade.qty,
            "fee": trade.fee,
            "realised": trade.realised,
            "maker": trade.maker,
        }
        self.add(trade.time_ms, "fill", trade.symbol, body)

    def position(self, leg: Position, mark: Decimal, time_ms: int) -> None:
        body: dict[str, object] = {
            "position_side": leg.position_side,
            "qty": leg.qty,
            "entry_price": leg.entry_price,
            "mark": mark,
        }
        self.add(time_ms, "position", leg.symbol, body)
        self.positions[leg.symbol, leg.position_side].append(PositionPoint(time_ms, leg.qty, leg.entry_price, mark))

    def algo(self, algo: Algo, time_ms: int, event: str) -> None:
        """A conditional order changed; `event` is its status, or VANISHED."""
        body: dict[str, object] = {
            "algo_id": algo.algo_id,
            "client_id": algo.client_id,
            "side": algo.side,
            "position_side": algo.position_side,
            "type": algo.type,
            "event": event,
            "qty": algo.qty,
            "trigger_price": algo.trigger_price,
            "close_position": algo.close_position,
            "order_id": algo.actual_order_id,
            "reject_reason": algo.reject_reason,
        }
        self.add(time_ms, "algo", algo.symbol, body)

    def cover(self, algo: Algo, time_ms: int, resting: bool) -> None:
        """A protective stop appeared on the book of conditional orders, or left it."""
        if algo.type not in COVER_TYPES:
            return
        point = CoverPoint(
            time_ms, algo.algo_id, resting, algo.side, algo.type, algo.qty, algo.trigger_price, algo.reduce_only
        )
        self.add(time_ms, "cover", algo.symbol, {"position_side": algo.position_side, **point._asdict()})
        self.covers[algo.symbol, algo.position_side].append(point)

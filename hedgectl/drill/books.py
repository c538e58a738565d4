"""The journal's own arithmetic, done apart from the code that wrote it: legs, stops, working entries, posture.

One pass. It remembers what the laws ask for: the moment of each accepted entry, what each leg was believed to be from
when on, and when protection was sent for it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hedgectl.drill.evidence import Evidence, Row

ENDED = frozenset({"FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH", "REJECTED", "FINISHED", "PAPER"})
ZERO = Decimal(0)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class EntryMoment:
    """What was believed when an entry was accepted. `exposure_usdt` counts it, and whatever may still fill, at its own
    price; `since_entry_ms`: since the symbol's last one, None for the first; `unknown`: an unsettled order of it."""

    row: Row
    posture: str
    exposure_usdt: Decimal
    working: int
    since_entry_ms: int | None
    unknown: str


@dataclass(slots=True)
class Working:
    """An entry that may still fill."""

    symbol: str
    left: Decimal
    price: Decimal | None


class Books:
    """`beliefs`: per leg, the quantity believed from a time on. `stops`: per leg, from when on a stop of a direction
    ("" for none) was believed to rest. `sends`: per leg, when a stop or an emergency close was prepared. `restarts`:
    what was open at each. `corrections`: each with what the leg was believed to be before."""

    def __init__(self, evidence: Evidence) -> None:
        self.entries: list[EntryMoment] = []
        self.beliefs: defaultdict[Key, list[tuple[int, Decimal]]] = defaultdict(list)
        self.stops: defaultdict[Key, list[tuple[int, str]]] = defaultdict(list)
        self.sends: defaultdict[Key, list[int]] = defaultdict(list)
        self.starts: list[int] = []
        self.restarts: list[str] = []
        self.modes: list[tuple[int, str]] = []
        self.legs: dict[Key, Decimal] = {}
        self.corrections: list[tuple[Row, Decimal]] = []
        self._stated: dict[Key, int] = {}
        self._cover: dict[Key, str] = {}
        self._working: dict[str, Working] = {}
        self._open: dict[str, str] = {}
        self._unknown: dict[str, str] = {}
        self._entry_ms: dict[str, int] = {}
        self._posture = "GREEN"
        handlers = {kind: getattr(self, "_" + kind.replace(".", "_")) for kind in KINDS}
        for row in evidence.rows:
            handle = handlers.get(row.kind)
            if handle is not None:
                handle(row, row.body)

    def _run_started(self, row: Row, body: dict[str, Any]) -> None:
        if self.starts and (self._open or self._unknown):
            self.restarts.append("restart with an unanswered order")
        if self.starts and self._posture != "GREEN":
            self.restarts.append("restart above GREEN")
        self.starts.append(row.at_ms)
        self._unknown |= self._open  # perhaps sent before the end: only the exchange can say

    def _mode_read(self, row: Row, body: dict[str, Any]) -> None:
        self.modes.append((row.at_ms, body["mode"]))

    def _execution_belief_state(self, row: Row, body: dict[str, Any]) -> None:
        self._posture = body["posture"]

    def _intent_accepted(self, row: Row, body: dict[str, Any]) -> None:
        symbol = body["entry"]["symbol"]
        notional, quantity = Decimal(body["notional_usdt"]), Decimal(body["quantity"])
        price = notional / quantity
        mine = [each for each in self._working.values() if each.symbol == symbol]
        exposure = notional + sum((each.left * (each.price or price) for each in mine), ZERO)
        exposure += sum((abs(held) * price for key, held in self.legs.items() if key[0] == symbol), ZERO)
        last = self._entry_ms.get(symbol)
        unknown = next((name for name, of in self._unknown.items() if of == symbol), "")
        since = row.at_ms - last if last is not None else None
        self.entries.append(EntryMoment(row, self._posture, exposure, len(mine), since, unknown))

    def _order_prepared(self, row: Row, body: dict[str, Any]) -> None:
        order = body["order"]
        self._open[order["client_id"]] = order["symbol"]
        if order["purpose"] == "e":
            price = Decimal(order["price"]) if order["price"] else None
            self._working[order["client_id"]] = Working(order["symbol"], Decimal(order["quantity"]), price)
            self._entry_ms[order["symbol"]] = row.at_ms
        elif order["purpose"] in ("c", "m"):
            self.sends[order["symbol"], order["position_side"]].append(row.at_ms)

    def _order_unknown(self, row: Row, body: dict[str, Any]) -> None:
        name = body["client_id"]
        self._unknown[name] = self._open.pop(name, "") or self._unknown.get(name, "")

    def _order_accepted(self, row: Row, body: dict[str, Any]) -> None:
        self._answered(body["client_id"])
        if body["status"] in ENDED:
            self._working.pop(body["client_id"], None)

    _order_moved = _order_accepted

    def _order_rejected(self, row: Row, body: dict[str, Any]) -> None:
        self._answered(body["client_id"])
        self._working.pop(body["client_id"], None)

    def _answered(self, name: str) -> None:
        self._open.pop(name, None)
        self._unknown.pop(name, None)

    _order_absent = _order_rejected
    _order_voided = _order_rejected

    def _order_filled(self, row: Row, body: dict[str, Any]) -> None:
        trade = body["trade"]
        quantity, key = Decimal(trade["quantity"]), (trade["symbol"], body["leg"])
        working = self._working.get(body["client_id"])
        if working is not None:
            working.left -= quantity
        if trade["at_ms"] > self._stated.get(key, 0):
            self._hold(key, row.at_ms, self.legs.get(key, ZERO) + (quantity if trade["side"] == "BUY" else -quantity))

    def _position_corrected(self, row: Row, body: dict[str, Any]) -> None:
        key = (body["symbol"], body["leg"])
        self.corrections.append((row, self.legs.get(key, ZERO)))
        self._stated[key] = max(body["stated_ms"], self._stated.get(key, 0))
        self._hold(key, row.at_ms, Decimal(body["quantity"]))

    def _hold(self, key: Key, at_ms: int, quantity: Decimal) -> None:
        self.beliefs[key].append((at_ms, quantity))
        if quantity:
            self.legs[key] = quantity
        else:
            self.legs.pop(key, None)

    def _cover_seen(self, row: Row, body: dict[str, Any]) -> None:
        key = (body["symbol"], body["leg"])
        self._cover[key] = body["client_id"]
        self.stops[key].append((row.at_ms, body["direction"]))

    def _cover_lost(self, row: Row, body: dict[str, Any]) -> None:
        key = (body["symbol"], body["leg"])
        if self._cover.get(key) == body["client_id"]:
            del self._cover[key]
            self.stops[key].append((row.at_ms, ""))


KINDS = (
    "run.started", "mode.read", "execution.belief_state", "intent.accepted", "order.prepared", "order.unknown",
    "order.accepted", "order.moved", "order.rejected", "order.absent", "order.voided", "order.filled",
    "position.corrected", "cover.seen", "cover.lost",
)  # fmt: skip

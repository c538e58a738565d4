"""Laws of truth: what the journal says of the exchange was so. A correction states what was held, an order that is over
is over, an exit had nothing to close, and belief is the sum of what was told (B1, B2, B7, L2, L9; I1, I2). Each yields
what breaks it, in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from hedgectl.drill.books import ENDED, Books
from hedgectl.drill.evidence import Evidence
from hedgectl.sim.ledger import PositionPoint

SEEN_MS_MAX = 20_000
"""A page may be asked for in several attempts, lag and be an older one: what it shows was so at most this long ago."""
LEGS = ("LONG", "SHORT", "BOTH")
ZERO = Decimal(0)


def corrections_are_true(evidence: Evidence, books: Books) -> Iterator[str]:
    """B1, B2: belief is set only to what the exchange held a short time ago: no failed look, no lacking page counts."""
    for row in evidence.of("position.corrected"):
        body = row.body
        quantity, key = Decimal(body["quantity"]), (body["symbol"], body["leg"])
        if quantity not in _held(evidence.ledger.positions.get(key, ()), row.at_ms):
            yield f"at {row.at_ms} {key[0]} {key[1]} was corrected to {quantity}, which it was not"


def exits_end_with_their_leg(evidence: Evidence, books: Books) -> Iterator[str]:
    """L2, B2: an exit has "nothing to close" only if the exchange held nothing of its direction a short time ago."""
    exits = {row.body["exit"]["intent_id"]: row.body for row in evidence.of("exit.accepted")}
    for row in evidence.of("intent.done"):
        exit_ = exits.get(row.body["intent_id"])
        if exit_ is None or row.body["outcome"] != "nothing_to_close":
            continue
        symbol, sign = exit_["exit"]["symbol"], 1 if exit_["leg"] == "LONG" else -1
        for leg in LEGS:
            held = _held(evidence.ledger.positions.get((symbol, leg), ()), row.at_ms)
            if min(quantity * sign for quantity in held) > 0:
                yield f"exit {row.body['intent_id']} ended at {row.at_ms} with nothing to close, beside {symbol} {leg}"


def ends_are_true(evidence: Evidence, books: Books) -> Iterator[str]:
    """B7, L9: an order that is called cancelled, filled or expired is just that at the exchange, by then."""
    ends: dict[tuple[str, str], int] = {}
    for entry in evidence.ledger.of("status", "algo"):
        body: dict[str, Any] = entry.body
        ends.setdefault((body["client_id"], body["status" if entry.kind == "status" else "event"]), entry.time_ms)
    for row in evidence.of("order.accepted", "order.moved"):
        name, status = row.body["client_id"], row.body["status"]
        if status in ENDED and ends.get((name, status), evidence.end_ms) > row.at_ms:
            yield f"{name} was called {status} at {row.at_ms}, which it was not"


def belief_is_its_fills(evidence: Evidence, books: Books) -> Iterator[str]:
    """I2: what a leg is believed to be is the sum of fills and corrections, each counted once."""
    for row, held in books.corrections:
        name, was = f"{row.body['symbol']} {row.body['leg']}", row.body["was"]
        if Decimal(was) != held:
            yield f"at {row.at_ms} {name} was {was}, the journal says {held}"
    positions = evidence.outcome.life.state.durable.positions.values()
    last = {(each.symbol, each.leg.value): each.quantity for each in positions}
    for key in sorted(last.keys() | books.legs.keys()):
        ours, told = last.get(key, ZERO), books.legs.get(key, ZERO)
        if ours != told:
            yield f"{key[0]} {key[1]} is {ours} in the end, the journal says {told}"


def _held(points: Iterable[PositionPoint], at_ms: int) -> set[Decimal]:
    """Every quantity of a leg in the last `SEEN_MS_MAX` before a time."""
    found, before = set(), ZERO
    for point in points:
        if point.time_ms > at_ms:
            break
        if point.time_ms >= at_ms - SEEN_MS_MAX:
            found.add(point.qty)
        else:
            before = point.qty
    return found | {before}

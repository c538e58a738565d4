"""Laws of what we sent: never more than was vetted, never twice, never unprepared, never a dead order that lives (L1,
L5, L9; I1, I2, I3, I5, I12 of reference/reliability.md). Each yields what breaks it, in words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hedgectl.core.model.order import Purpose
from hedgectl.core.orders.clientid import intent_hash
from hedgectl.drill.books import ENDED, Books
from hedgectl.drill.evidence import Evidence

ENDING_MS = 1_000
"""What is filled in the last moment of a run is for the next one to find."""
CANCEL_EVERY_MS = 900
BURST_MAX = 20
BURST_MS = 10_000
DEAD = ("order.rejected", "order.absent", "order.voided")


def no_more_than_vetted(evidence: Evidence, books: Books) -> Iterator[str]:
    """L1, I1: what the exchange accepted of an intent, late acceptances too, is at most what was vetted."""
    vetted = {
        intent_hash(row.body["entry"]["intent_id"]): Decimal(row.body["quantity"])
        for row in evidence.of("intent.accepted")
    }
    sent: defaultdict[str, Decimal] = defaultdict(Decimal)
    for taken in evidence.taken:
        if taken.named.purpose is Purpose.ENTRY:
            sent[taken.named.intent_hash] += taken.quantity
    for name, quantity in sent.items():
        if quantity > vetted.get(name, 0):
            yield f"intent {name}: {quantity} accepted, {vetted.get(name, 0)} vetted"


def names_are_used_once(evidence: Evidence, books: Books) -> Iterator[str]:
    """L1, X5: the exchange accepts each client id once; each intent is taken on once."""
    for name, times in Counter(taken.client_id for taken in evidence.taken).items():
        if times > 1:
            yield f"{name} was accepted {times} times"
    for name, times in Counter(row.body["order"]["client_id"] for row in evidence.of("order.prepared")).items():
        if times > 1:
            yield f"{name} was prepared {times} times"
    taken = Counter(row.body["entry"]["intent_id"] for row in evidence.of("intent.accepted"))
    taken.update(row.body["exit"]["intent_id"] for row in evidence.of("exit.accepted"))
    for name, times in taken.items():
        if times > 1:
            yield f"intent {name} was taken on {times} times"


def every_fill_once(evidence: Evidence, books: Books) -> Iterator[str]:
    """I2: every fill of the exchange is in the journal exactly once, as it was; none is invented."""
    told: Counter[tuple[Any, ...]] = Counter()
    for row in evidence.of("order.filled"):
        trade = row.body["trade"]
        quantity, price = Decimal(trade["quantity"]), Decimal(trade["price"])
        told[trade["symbol"], trade["trade_id"], trade["side"], quantity, price] += 1
    made: dict[tuple[Any, ...], int] = {}
    for entry in evidence.ledger:
        if entry.kind == "fill":
            body: dict[str, Any] = entry.body
            made[entry.symbol, body["trade_id"], body["side"], body["qty"], body["price"]] = entry.time_ms
    for fill, times in (told - Counter(made.keys())).items():
        yield f"fill {fill[0]} {fill[1]} is in the journal {times} times too often, or was never made"
    for fill, at_ms in made.items():
        if fill not in told and at_ms <= evidence.end_ms - ENDING_MS:
            yield f"fill {fill[0]} {fill[1]} of {fill[3]} is not in the journal"


def prepared_before_accepted(evidence: Evidence, books: Books) -> Iterator[str]:
    """I3, L5: nothing is at the exchange that the journal on disk did not hold before."""
    for taken in evidence.taken:
        row = evidence.prepared.get(taken.client_id)
        if row is None or row.at_ms > taken.at_ms:
            yield f"{taken.client_id} was accepted at {taken.at_ms} and is not prepared before that"


def never_called_dead(evidence: Evidence, books: Books) -> Iterator[str]:
    """I5, L9: what we called rejected, absent or voided was not accepted, then or later. A stop that the exchange
    itself lost after taking it is absent rightly."""
    lost = {
        str(entry.body["client_id"]): entry.time_ms
        for entry in evidence.ledger
        if entry.kind == "algo" and entry.body["event"] == "VANISHED"
    }
    dead = {row.body["client_id"]: row for row in evidence.of(*DEAD)}
    for taken in evidence.taken:
        row = dead.get(taken.client_id)
        if row is not None and not lost.get(taken.client_id, row.at_ms) < row.at_ms:
            yield f"{taken.client_id} was called {row.kind[6:]} at {row.at_ms}, the exchange took it at {taken.at_ms}"


def nothing_is_sent_again(evidence: Evidence, books: Books) -> Iterator[str]:
    """L9: an entry has one attempt; a part of a position is sent again only after the last attempt is known to be over.

    Whole closes and stops may overlap: they can only close.
    """
    exits = [row.body["exit"] for row in evidence.of("exit.accepted")]
    parts = {each["intent_id"] for each in exits if each["quantity"] is not None}
    pending: defaultdict[str, set[str]] = defaultdict(set)
    owner: dict[str, str] = {}
    for row in evidence.of("order.prepared", "order.accepted", "order.moved", *DEAD):
        if row.kind != "order.prepared":
            name = row.body["client_id"]
            if name in owner and (row.kind in DEAD or row.body["status"] in ENDED):
                pending[owner[name]].discard(name)
            continue
        order = row.body["order"]
        name, intent_id, purpose = order["client_id"], order["intent_id"], order["purpose"]
        if purpose == "e" and order["attempt"] > 1:
            yield f"{name}: an entry was sent again"
        if purpose == "x" and intent_id in parts:
            older = [each for each in pending[intent_id] if evidence.prepared[each].group != row.group]
            if older:
                yield f"{name} was sent while {older[0]} was open"
            pending[intent_id].add(name)
            owner[name] = intent_id


def attempts_are_bounded(evidence: Evidence, books: Books) -> Iterator[str]:
    """I12: exits end after their attempts, cancels, and protective orders of one position, keep a distance."""
    most = evidence.settings.exit_attempts_max
    for name, row in evidence.prepared.items():
        order = row.body["order"]
        if order["purpose"] == "x" and order["attempt"] > most:
            yield f"{name}: attempt {order['attempt']} of {most}"
    cancels: defaultdict[str, list[int]] = defaultdict(list)
    for row in evidence.of("cancel.sent"):
        cancels[row.body["client_id"]].append(row.at_ms)
    for name, times in cancels.items():
        spare = len(times) - evidence.settings.cancel_attempts_max
        if spare > (times[-1] - times[0]) / CANCEL_EVERY_MS:
            yield f"{name} was cancelled {len(times)} times in {times[-1] - times[0]} ms"
    sends: defaultdict[str, list[int]] = defaultdict(list)
    for row in evidence.of("order.prepared"):
        if row.body["order"]["purpose"] in ("c", "m"):
            sends[row.body["order"]["intent_id"]].append(row.at_ms)
    for name, times in sends.items():
        for first, last in zip(times, times[BURST_MAX:], strict=False):
            if last - first < BURST_MS:
                yield f"the position of {name}: {BURST_MAX + 1} protective orders in {last - first} ms"
                break

"""The kill switch without a run: by a client of its own, from nothing but the account as the exchange shows it (R7).

Withdraws resting entries of ours and, to flatten, closes every position; then looks again, until nothing is left and no
entry of a run that hangs can arrive any more, in a bounded number of looks. Each write stands in kill.jsonl before it
leaves. Stops stay, they go with their position; so do exits, unless one keeps a position from being closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from hedgectl.config.convert import to_settings
from hedgectl.core.engine.entries import correlation_of
from hedgectl.core.engine.killing import FLATTEN
from hedgectl.core.model.codec import encode
from hedgectl.core.model.evidence import OrderRow, PositionRow
from hedgectl.core.model.input import InstrumentsTaken, ReadFailed, SnapshotTaken
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.money import plain
from hedgectl.core.model.order import Action, Kind, Lane, Mode, Prepared, Purpose
from hedgectl.core.orders.clientid import client_id, parse_client_id
from hedgectl.core.orders.outcome import (
    Accepted,
    AlreadyGone,
    Cancelled,
    CancelOutcome,
    CancelRefused,
    Outcome,
    Rejected,
    classify_cancel,
    classify_create,
)
from hedgectl.core.orders.settle import deadline_ms
from hedgectl.core.orders.sides import closing_side, sides
from hedgectl.core.risk.sizing import quantity_max, split
from hedgectl.core.settings import Settings
from hedgectl.core.state.durable import key_of
from hedgectl.runtime import kill_file
from hedgectl.runtime.clock import ExchangeTime, RealClock
from hedgectl.runtime.kill_file import Pulled
from hedgectl.runtime.place import open_place
from hedgectl.runtime.repairing import Book
from hedgectl.screens.kill import Act, Left
from hedgectl.venue.port import Venue

LOOKS_MS = (0, 300, 900, 2_000)
"""When the account is looked at, after the first look."""

LATE_LOOKS_MS = (0, 1_000, 3_000)
"""The same after the moment from which on no entry that a run had sent can arrive; the last look is only a look."""

UNREAD_MAX = 2
AT_ONCE_MAX = 10


@dataclass(frozen=True, slots=True)
class Flattened:
    """What was done, and what the last look showed. `unread`: why that look failed, so that `left` is an older one's;
    `unlogged`: why kill.jsonl could not be written."""

    acts: tuple[Act, ...]
    left: tuple[Left, ...]
    unread: str = ""
    unlogged: str = ""


@dataclass(slots=True)
class Errand:
    """One carrying out: who asks the exchange, how orders are timed, what was done so far."""

    venue: Venue
    exchange: ExchangeTime
    settings: Settings
    folder: Path
    pulled: Pulled
    acts: list[Act] = field(default_factory=list)
    rules: dict[str, Instrument] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    unlogged: str = ""

    def log(self, **row: Any) -> None:
        """A row of kill.jsonl. A disk that refuses holds nothing up: what is done here can only make things smaller."""
        try:
            kill_file.note(self.folder, row | {"at_ms": self.exchange.now_ms()})
        except OSError as wrong:
            self.unlogged = f"{self.folder / kill_file.LOG}: {wrong.strerror}"

    def answered(self, what: str, name: str, outcome: Outcome | CancelOutcome) -> None:
        """A write came back."""
        act = Act(what, name, *_words(outcome))
        self.acts.append(act)
        self.log(do="answer", client_id=name, what=what, outcome=act.outcome, text=act.text)


def carry_out(book: Book, pulled: Pulled) -> Flattened:
    """Do what the switch demands, on the exchange of a book. Raises ClientError."""
    return asyncio.run(_on_exchange(book, pulled))


async def _on_exchange(book: Book, pulled: Pulled) -> Flattened:
    exchange = ExchangeTime(RealClock())
    place = open_place(book.options, book.config, book.credentials, exchange.clock, exchange)
    try:
        await place.venue.clock()  # if that fails this machine's clock has to do
        return await carried_out(Errand(place.venue, exchange, to_settings(book.config), book.state_dir, pulled))
    finally:
        await place.venue.close()


async def carried_out(errand: Errand) -> Flattened:
    """Look and act, until a look that is late enough shows nothing left."""
    settings, exchange, begun_ms = errand.settings, errand.exchange, errand.exchange.mono_ms()
    late_ms = deadline_ms(0, settings.entry_recv_window_ms, settings.settle_margin_ms)
    looks = (*LOOKS_MS, *(late_ms + each for each in LATE_LOOKS_MS))
    left: tuple[Left, ...] = ()
    unread, failures = "", 0
    for after_ms in looks:
        await exchange.clock.sleep_ms(max(begun_ms + after_ms - exchange.mono_ms(), 0))
        taken = await errand.venue.snapshot()
        if isinstance(taken, ReadFailed):
            unread, failures = taken.why, failures + 1
            if taken.status or failures >= UNREAD_MAX:  # to read on would lengthen a ban, or find nobody there
                break
            continue
        unread, failures = "", 0
        entries, legs = demanded(errand.pulled.mode, taken)
        blocking = _blocking(errand, taken, legs)
        left = (*map(_order_left, entries), *map(_leg_left, legs))
        if after_ms == looks[-1] or (not left and after_ms >= late_ms):
            break
        await _act(errand, [*entries, *blocking], legs, taken.mode)
    return Flattened(tuple(errand.acts), left, unread, errand.unlogged)


def demanded(mode: str, taken: SnapshotTaken) -> tuple[list[OrderRow], list[PositionRow]]:
    """What has to go: resting entries of ours, by what their ids say; to flatten, every position, whoever opened it."""
    entries = [row for row in taken.orders if _is(row, Purpose.ENTRY)]
    return entries, [row for row in taken.positions if row.quantity] if mode == FLATTEN else []


def _is(row: OrderRow, purpose: Purpose) -> bool:
    """Whether an order is ours, and for this."""
    ours = parse_client_id(row.client_id)
    return ours is not None and ours.purpose is purpose


def _blocking(errand: Errand, taken: SnapshotTaken, legs: Sequence[PositionRow]) -> list[OrderRow]:
    """Resting exits of ours on a leg that a close did not close: they may use up what there is to close (-2022)."""
    stuck = {(row.symbol, row.leg) for row in legs if key_of(row.symbol, row.leg) in errand.attempts}
    return [row for row in taken.orders if (row.symbol, row.leg) in stuck and _is(row, Purpose.EXIT)]


async def _act(errand: Errand, orders: Sequence[OrderRow], legs: Sequence[PositionRow], mode: Mode) -> None:
    """Every cancel and every close at once, a few at a time."""
    if legs and not errand.rules:
        read = await errand.venue.instruments(())
        if isinstance(read, InstrumentsTaken):  # else whole: the exchange says so if that is too much for one order
            errand.rules = {each.symbol: each for each in read.instruments}
    room = asyncio.Semaphore(AT_ONCE_MAX)

    async def withdraw(row: OrderRow) -> None:
        async with room:
            errand.log(do="cancel", client_id=row.client_id, symbol=row.symbol)
            answer = await errand.venue.cancel(row.client_id, row.symbol, False)
            what = f"cancel {row.symbol} {'entry' if _is(row, Purpose.ENTRY) else 'exit'}"
            errand.answered(what, row.client_id, classify_cancel(answer, row.client_id))

    async def close(row: PositionRow, quantity: Decimal, part: int) -> None:
        async with room:
            order = _closing(errand, row, quantity, mode, part)
            errand.log(do="send", client_id=order.client_id, order=orjson.Fragment(encode(order)))
            answer = await errand.venue.send(order)
            what = f"close {row.symbol} {order.leg} {plain(quantity)}"
            errand.answered(what, order.client_id, classify_create(answer, order))

    parts = [(row, *each) for row in legs for each in _parts(errand, row)]
    await asyncio.gather(*map(withdraw, orders), *(close(*each) for each in parts))


def _parts(errand: Errand, row: PositionRow) -> list[tuple[Decimal, int]]:
    """The quantities that one more attempt at closing a leg sends, numbered."""
    key = key_of(row.symbol, row.leg)
    errand.attempts[key] = errand.attempts.get(key, 0) + 1
    rules, whole = errand.rules.get(row.symbol), abs(row.quantity)
    parts = [whole] if rules is None else split(whole, quantity_max(rules, True), rules.market_step)
    return [(quantity, part) for part, quantity in enumerate(parts)]


def _closing(errand: Errand, row: PositionRow, quantity: Decimal, mode: Mode, part: int) -> Prepared:
    """A market order that can only close. It is never sent again: the next attempt has another id (L9)."""
    key, direction = key_of(row.symbol, row.leg), row.direction
    intent_id, attempt = f"kill:{key}:{errand.pulled.at_ms}", errand.attempts[key]
    wire = sides(mode, Action.CLOSE, direction)
    return Prepared(
        client_id=client_id(intent_id, direction, Purpose.EMERGENCY, part, 0, attempt),
        intent_id=intent_id,
        correlation_id=correlation_of(intent_id),
        symbol=row.symbol,
        leg=direction,
        side=closing_side(direction),
        action=Action.CLOSE,
        purpose=Purpose.EMERGENCY,
        kind=Kind.MARKET,
        lane=Lane.PROTECT,
        position_side=wire.position_side,
        reduce_only=wire.reduce_only,
        timestamp_ms=errand.exchange.now_ms(),
        recv_window_ms=errand.settings.protect_recv_window_ms,
        quantity=quantity,
        part=part,
        attempt=attempt,
    )


def _words(outcome: Outcome | CancelOutcome) -> tuple[str, str]:
    match outcome:
        case Accepted(order_id=order_id, status=status):
            return "accepted", f"{order_id} {status}"
        case Cancelled():
            return "withdrawn", ""
        case AlreadyGone():
            return "gone", ""
        case Rejected(code=code, text=text) | CancelRefused(code=code, text=text):
            return "rejected", f"{code} {text}"
    return "unknown", outcome.why


def _order_left(row: OrderRow) -> Left:
    return Left(row.symbol, row.leg.value, plain(row.quantity - row.executed), row.client_id)


def _leg_left(row: PositionRow) -> Left:
    return Left(row.symbol, row.direction.value, plain(abs(row.quantity)))

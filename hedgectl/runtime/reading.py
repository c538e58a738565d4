"""A venue, looked at for a rehearsal as a run looks at it before it trades: rules, account, leverage, market.

Through a client that cannot write (`venue.reading`). An exchange in the box is the one that is named or that a run
serves; where there is none, a fresh one is opened, which has no past.
"""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TypeVar

from hedgectl.config.convert import to_settings
from hedgectl.config.options import RunOptions
from hedgectl.config.schema import Config
from hedgectl.core.engine import decide
from hedgectl.core.model.evidence import PositionRow
from hedgectl.core.model.input import ClockMeasured, Input, ReadFailed, SnapshotTaken
from hedgectl.core.model.moment import Moment
from hedgectl.core.state.volatile import State
from hedgectl.intake.book import Held
from hedgectl.runtime.clock import ExchangeTime, RealClock
from hedgectl.runtime.place import open_place
from hedgectl.runtime.reconciling import UNREADABLE_HINT, Unread
from hedgectl.runtime.repairing import book_of
from hedgectl.runtime.scene import Past, Scene, Supposed, begun, believe, modes_of, past_of, quote, worth
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.port import Symbols
from hedgectl.venue.reading import GetOnly, Reads

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Looked:
    """What was read, in the order in which a run takes it in; `account` is handed in after `rules`."""

    rules: tuple[Input, ...]
    account: SnapshotTaken
    market: Input
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """How the venue is reached. `fresh_box`: there was no exchange in the box to attach to, so one is opened."""

    options: RunOptions
    config: Config
    credentials: Credentials | None
    fresh_box: bool = False


def scene_of(door: Door, supposed: Supposed, fresh: bool) -> tuple[Scene, Door]:
    """The scene at a venue, and the door that was taken. `fresh`: without the past of the journal.

    Raises Unread, ClientError, JournalUnusable, OSError.
    """
    try:
        book = book_of(door.options, door.config, door.credentials)
        door, folder = replace(door, options=book.options), book.folder
        state_dir = book.state_dir
    except Unread as none:
        if none.code != "sim.gone":
            raise
        door, folder, state_dir = replace(door, fresh_box=True), None, None
    exchange = ExchangeTime(RealClock())
    looked = asyncio.run(_through(door, exchange))
    now = exchange.moment()
    past = None if fresh else past_of(folder, now.wall_ms)
    settings = to_settings(door.config, symbols=looked.symbols)
    state = begun(settings, past, None if fresh else state_dir, door.config.run.environment, now)
    return stand(state, looked, supposed, past, now), door


async def _through(door: Door, exchange: ExchangeTime) -> Looked:
    place = open_place(door.options, door.config, door.credentials, exchange.clock, exchange, through=GetOnly)
    venue = Reads(place.venue)
    try:
        return await look(venue, place.symbols)
    finally:
        await venue.close()


async def look(venue: Reads, symbols: Symbols) -> Looked:
    """Read it all once. Raises Unread."""
    clock: ClockMeasured = _read(await venue.clock())
    rules, brackets, leverages = await asyncio.gather(
        venue.instruments(symbols), venue.brackets(symbols), venue.leverages(symbols)
    )
    account: SnapshotTaken = _read(await venue.snapshot())
    market: Input = _read(await venue.quotes(symbols))
    return Looked((clock, _read(rules), brackets, leverages), account, market, symbols)


def stand(state: State, looked: Looked, supposed: Supposed, past: Past | None, now: Moment) -> Scene:
    """The scene of what was read, but for what is given by hand. The belief stays as the journal has it: this look is
    none of the run's, and counts for no streak and no posture."""
    account = _supposed(looked.account, supposed, now)
    open_ = [Held(row.symbol, row.leg, row.quantity, row.entry_price) for row in account.positions if row.quantity]
    moved = believe(state, open_, now, strangers=supposed.positions is None)
    belief = deepcopy(state.durable.belief)
    for given in (*looked.rules, account):
        decide(state, given, now)
    state.durable.belief = belief
    if supposed.quotes:
        quote(state, supposed.quotes, now)
    else:
        decide(state, looked.market, now)
    return Scene(state, now, modes_of(state, supposed), past, account, moved)


def _supposed(account: SnapshotTaken, supposed: Supposed, now: Moment) -> SnapshotTaken:
    """The account as it was read, but for what was given by hand."""
    if supposed.mode is not None:
        account = replace(account, mode=supposed.mode)
    if supposed.nav_usdt is not None:
        account = replace(account, wallet=worth(supposed.nav_usdt, now))
    if supposed.positions is not None:
        rows = [
            PositionRow(each.symbol, each.leg, each.quantity, each.entry_price, each.entry_price, now.exchange_ms)
            for each in supposed.positions
        ]
        account = replace(account, positions=tuple(rows))
    return account


def _read(answer: T | ReadFailed) -> T:
    if isinstance(answer, ReadFailed):
        raise Unread("venue.unreadable", answer.why, UNREADABLE_HINT)
    return answer

"""Comparing and repairing without a run: the journal that the last one left, against the exchange as it is now (B8).

A report reads only: no lock, no journal row, no order. A repair takes the locks that a run takes, and is one: the same
executor with nothing coming in, until nothing repairable is left.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from hedgectl.config.convert import to_settings
from hedgectl.config.options import RunOptions
from hedgectl.config.schema import Config
from hedgectl.core.model.input import ReadFailed
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.state.volatile import State, fresh_state
from hedgectl.runtime.assembly import Job, Trader
from hedgectl.runtime.clock import ExchangeTime, RealClock
from hedgectl.runtime.folders import JOURNAL, check_environment, locked, restored
from hedgectl.runtime.place import open_place
from hedgectl.runtime.reconciling import CONFIRM_MS, UNREADABLE_HINT, Heard, Unread, compare, look
from hedgectl.runtime.served import SIM_FILE, read_served
from hedgectl.runtime.signals import Stops
from hedgectl.screens.reconcile import Compared, Reconciled
from hedgectl.store.reader import open_reader
from hedgectl.venue.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Book:
    """Whose belief is compared with which exchange: `folder` holds the journal."""

    options: RunOptions
    config: Config
    folder: Path
    credentials: Credentials | None

    @property
    def state_dir(self) -> Path:
        return Path(self.config.run.state_dir)


def book_of(options: RunOptions, config: Config, credentials: Credentials | None) -> Book:
    """The book of a configuration. An exchange in the box is the one that `options` name, or that a run serves.

    Raises Unread when there is no exchange to compare with: one in the box lives and ends with its run.
    """
    state_dir = Path(config.run.state_dir)
    if config.run.environment != "sim" or options.sim_url is not None:
        return Book(options, config, state_dir, credentials)
    try:
        served = read_served(state_dir)
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise Unread("sim.unusable", f"{state_dir / SIM_FILE}: {wrong}", "start the run anew") from wrong
    if served is None:
        what = "the embedded exchange ended with its run: there is nothing to compare with"
        raise Unread("sim.gone", what, "hedgectl sim serve, then run with its --sim-url")
    return Book(replace(options, sim_url=served.url), config, served.folder, credentials)


def report(book: Book, symbol: str) -> Reconciled:
    """Compare, and touch nothing. Raises Unread, ClientError, JournalUnusable, OSError."""
    check_environment(book.folder, book.config.run.environment)
    belief_s = _belief_s(book.folder / JOURNAL)
    return Reconciled(book.config.run.environment, False, symbol, asyncio.run(_compared(book, symbol)), belief_s)


def repair(book: Book, symbol: str) -> Reconciled:
    """Compare, repair what differs (of any symbol), and say what is left. Raises as `report`, and LockHeld."""
    clock = RealClock()
    key = book.credentials.key if book.credentials is not None else None
    with locked(book.folder, book.state_dir, key, clock.wall_ms()):
        found = report(book, symbol)
        if not found.first.repairable:
            return found
        begun_ms, heard = clock.mono_ms(), Heard()
        options = replace(book.options, once=True, repair=True, demo=False)
        with Stops() as stops:
            job = Job(options, book.config, book.folder, book.state_dir, heard, book.credentials, stops)
            trader = Trader(job, clock)
            asyncio.run(trader.main())
    left = trader.reconciler.left
    if left is None:
        raise Unread("repair.stopped", f"ended by {trader.ending.why} before it was done", "hedgectl reconcile")
    left = left.about(symbol) if symbol else left
    return replace(found, repaired=heard.about(found.first), left=left, took_ms=clock.mono_ms() - begun_ms)


async def _compared(book: Book, symbol: str) -> Compared:
    exchange = ExchangeTime(RealClock())
    place = open_place(book.options, book.config, book.credentials, exchange.clock, exchange)
    try:
        measured = await place.venue.clock()
        if isinstance(measured, ReadFailed):
            raise Unread("venue.unreadable", measured.why, UNREADABLE_HINT)
        state = _believed(book)
        found = compare(state, await look(state, place.venue, exchange), exchange.now_ms(), symbol)
        if found.moving:  # the last run ended a moment ago
            await exchange.clock.sleep_ms(CONFIRM_MS)
            found = compare(state, await look(state, place.venue, exchange), exchange.now_ms(), symbol)
        return found
    finally:
        await place.venue.close()


def _believed(book: Book) -> State:
    """What the journal adds up to; without one, nothing."""
    settings = to_settings(book.config)
    if (book.folder / JOURNAL).is_file():
        return restored(book.folder, settings)[0]
    return fresh_state(settings, Budget())


def _belief_s(journal: Path) -> float | None:
    """The age of the last thing that was noted."""
    if not journal.is_file():
        return None
    with open_reader(journal) as reader:
        last = reader.tail(1)
    return max(RealClock().wall_ms() - last[0][1], 0) / 1000 if last else None

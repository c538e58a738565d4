"""What checks look at, each thing opened once and only if a check asks for it: configuration, run, belief, exchange.

What several checks read is read once; a check whose time is up does not take the reading from the others. Writes
nothing, locks nothing, sends nothing.
"""

from __future__ import annotations

import asyncio
import importlib
import shlex
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hedgectl.checks.limits import Limits
from hedgectl.checks.running import in_thread
from hedgectl.config.locate import JOURNAL, journal_path, state_dir
from hedgectl.config.problem import ConfigRefused
from hedgectl.runtime.clock import ExchangeTime, RealClock

if TYPE_CHECKING:
    from hedgectl.config.secrets import Secrets
    from hedgectl.config.sources import Loaded
    from hedgectl.core.model.input import ClockMeasured, InstrumentsTaken, QuotesTaken, ReadFailed, SnapshotTaken
    from hedgectl.core.settings import Settings
    from hedgectl.core.state.volatile import State
    from hedgectl.runtime.place import Place
    from hedgectl.runtime.served import Served
    from hedgectl.screens.reconcile import Compared

ALIVE_S_MAX = 1.0
REPORT_S_MAX = 3.5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: flags as they were given, "" and None for those that were not."""

    config: Path | None = None
    state_dir: Path | None = None
    env: str = ""
    sim_url: str = ""
    deep: bool = False

    def command(self, name: str, *flags: str, exchange: bool = False) -> str:
        """A command line for the same configuration and folder; for the same `exchange` too, where that is named."""
        told: dict[str, object] = {"--config": self.config, "--state-dir": self.state_dir}
        if exchange:
            told |= {"--env": self.env, "--sim-url": self.sim_url}
        given = [part for flag, value in told.items() if value for part in (flag, str(value))]
        live = ["--live"] if exchange and self.env == "live" else []
        return shlex.join(["hedgectl", *name.split(), *given, *live, *flags])


@dataclass(frozen=True, slots=True)
class Believed:
    """What a journal adds up to, and how old its last row is."""

    state: State
    age_s: float


@dataclass
class Context:
    """`loaded` is a configuration that is in force already (a run that starts); else it is looked for."""

    asked: Asked
    environ: Mapping[str, str]
    loaded: Loaded | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.exchange = ExchangeTime(RealClock())
        self._kept: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._readings: dict[str, asyncio.Task[Any]] = {}

    @property
    def now_ms(self) -> int:
        """The wall clock."""
        return self.exchange.clock.wall_ms()

    @property
    def configuration(self) -> Loaded:
        """The configuration that a run would have. Raises ConfigRefused."""
        from hedgectl.config.sources import load

        folder = str(self.asked.state_dir) if self.asked.state_dir else None
        environment = self.asked.env or ("sim" if self.asked.sim_url else None)
        flags = {"run.environment": environment, "run.state_dir": folder}
        return self.loaded or self._once("configuration", lambda: load(flags, self.environ, self.asked.config))

    @property
    def settings(self) -> Settings:
        """The numbers that decisions obey. Raises ConfigRefused."""
        from hedgectl.config.convert import to_settings

        return to_settings(self.configuration.config)

    @property
    def environment(self) -> str:
        """Which exchange. Raises ConfigRefused."""
        return self.configuration.config.run.environment

    @property
    def symbols(self) -> tuple[str, ...]:
        """What may be traded. Raises ConfigRefused."""
        return self.configuration.config.run.symbols

    @property
    def state_dir(self) -> Path:
        """The state folder, whether the configuration can be used or not."""
        if self.loaded is not None:
            return Path(self.loaded.config.run.state_dir)
        return state_dir(self.asked.config, self.asked.state_dir)

    @property
    def served(self) -> Served | None:
        """Where a run serves its embedded exchange. Raises as `read_served` does."""
        from hedgectl.runtime.served import read_served

        return read_served(self.state_dir)

    @property
    def sim_url(self) -> str:
        """Where the embedded exchange is: as told, or as a run says; "" for one of our own, as a run that starts would
        have. Raises as `served`."""
        if self.asked.sim_url or self.loaded is not None or self.environment != "sim":
            return self.asked.sim_url
        served = self.served
        return served.url if served is not None else ""

    @property
    def fresh(self) -> bool:
        """Whether the exchange is one that was opened for this look, so that nothing can be compared with it."""
        return self.environment == "sim" and not self.sim_url

    @property
    def journal(self) -> Path:
        """The journal of the account; in the box that of the run whose exchange it is, or of the last one."""
        try:
            if self.environment != "sim" or self.asked.sim_url:
                return self.state_dir / JOURNAL
            served = self.served
        except (ConfigRefused, OSError, ValueError, KeyError, TypeError):
            served = None  # another check tells of it
        return served.folder / JOURNAL if served is not None else journal_path(self.asked.config, self.state_dir)

    @property
    def secrets(self) -> Secrets | None:
        """Key and secret; None in the box, which has its own. Raises SecretsRefused, ConfigRefused."""
        from hedgectl.config.secrets import find_secrets

        return find_secrets(self.environ, self.environment) if self.environment != "sim" else None

    @property
    def run(self) -> Mapping[str, Any] | None:
        """What the run of this state folder says of itself; None when none answers."""
        return self._once("run", self._ask_run)

    @property
    def believed(self) -> Believed | None:
        """What the journal adds up to; None without one, or with one that cannot be read: a check of its own tells of
        that. Raises ConfigRefused."""
        return self._once("believed", self._believe)

    async def belief(self) -> Believed | None:
        """The same, read beside the loop."""
        return await in_thread(lambda: self.believed)

    async def place(self) -> Place:
        """The exchange, with a client of its own. Raises ClientError, SecretsRefused, ValueError."""
        return await self._read("place", self._open)

    async def clock(self) -> ClockMeasured | ReadFailed:
        """The exchange's clock against ours; requests are stamped by it from then on."""
        place = await self.place()
        return await self._read("clock", place.venue.clock)

    async def snapshot(self) -> SnapshotTaken | ReadFailed:
        """The account now, or why it cannot be read."""
        return await self._read("snapshot", self._snapshot)

    async def instruments(self) -> InstrumentsTaken | ReadFailed:
        """The trading rules of our symbols now."""
        place = await self.place()
        return await self._read("instruments", lambda: place.venue.instruments(()))

    async def quotes(self) -> QuotesTaken | ReadFailed:
        """The market of our symbols now."""
        place = await self.place()
        return await self._read("quotes", lambda: place.venue.quotes(self.symbols))

    async def compared(self) -> Compared:
        """Belief against the exchange: through the run, where one answers. Raises RuntimeError when it can't be had."""
        return await self._read("compared", self._compare)

    async def close(self) -> None:
        """Let go of the exchange."""
        place = self._readings.pop("place", None)
        for reading in self._readings.values():
            reading.cancel()
        await asyncio.gather(*self._readings.values(), return_exceptions=True)
        if place is not None and place.done() and not place.cancelled() and place.exception() is None:
            await place.result().venue.close()

    def _once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` makes, made once, whichever thread asks first."""
        with self._locks.setdefault(name, threading.Lock()):
            if name not in self._kept:
                self._kept[name] = make()
            made: T = self._kept[name]
            return made

    async def _read(self, name: str, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` brings, read once; one who stops waiting does not end it for the others."""
        if name not in self._readings:
            self._readings[name] = asyncio.ensure_future(_as_coroutine(read))
        brought: T = await asyncio.shield(self._readings[name])
        return brought

    async def _open(self) -> Place:
        from hedgectl.config.options import RunOptions
        from hedgectl.venue.credentials import Credentials

        room = await in_thread(lambda: importlib.import_module("hedgectl.runtime.place"))  # brings ccxt along
        secrets = self.secrets
        credentials = Credentials(secrets.key, secrets.secret) if secrets is not None else None
        options = RunOptions(sim_url=self.sim_url or None)
        config = self.configuration.config
        place: Place = room.open_place(options, config, credentials, self.exchange.clock, self.exchange)
        return place

    async def _snapshot(self) -> SnapshotTaken | ReadFailed:
        from hedgectl.config.secrets import SecretsRefused
        from hedgectl.core.model.input import ReadFailed
        from hedgectl.venue.client import ClientError

        try:
            place, measured = await self.place(), await self.clock()
        except (ClientError, SecretsRefused, OSError, ValueError, KeyError, TypeError) as wrong:
            return ReadFailed("snapshot", "", str(wrong))
        return measured if isinstance(measured, ReadFailed) else await place.venue.snapshot()

    def _ask_run(self) -> Mapping[str, Any] | None:
        from hedgectl.runtime.ask import ask

        try:
            told = ask(self.state_dir, {"do": "status"}, ALIVE_S_MAX)
        except (OSError, ValueError):
            return None
        return told if told.get("ok") else None

    def _believe(self) -> Believed | None:
        from hedgectl.runtime.folders import restored
        from hedgectl.store.reader import open_reader
        from hedgectl.store.rows import JournalUnusable

        journal = self.journal
        try:
            with open_reader(journal) as reader:
                last = reader.tail(1)
            state = restored(journal.parent, self.settings)[0]
        except JournalUnusable:
            return None
        return Believed(state, max(self.now_ms - last[0][1], 0) / 1000 if last else 0.0)

    async def _compare(self) -> Compared:
        from hedgectl.core.model.input import SnapshotTaken
        from hedgectl.core.orders.lanes import Budget
        from hedgectl.core.state.volatile import fresh_state
        from hedgectl.runtime.reconciling import compare

        if await in_thread(lambda: self.run) is not None:
            return await in_thread(self._report_of_run)
        taken = await self.snapshot()
        if not isinstance(taken, SnapshotTaken):
            raise RuntimeError(taken.why)
        believed = await self.belief()
        state = believed.state if believed is not None else fresh_state(self.settings, Budget())
        return compare(state, taken, self.exchange.now_ms())

    def _report_of_run(self) -> Compared:
        from hedgectl.core.model.codec import decoder
        from hedgectl.runtime.ask import ask
        from hedgectl.screens.reconcile import Reconciled

        reply = ask(self.state_dir, {"do": "reconcile", "apply": False, "symbol": ""}, REPORT_S_MAX)
        if not reply.get("ok"):
            raise RuntimeError(str(reply.get("why", "the run gave no report")))
        told: Reconciled = decoder(Reconciled)(reply["report"])
        return told.first


async def _as_coroutine(read: Callable[[], Awaitable[T]]) -> T:
    return await read()

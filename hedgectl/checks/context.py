"""What checks look at, each thing opened once and only if a check asks for it: configuration, run, belief, exchange.

What several checks read is read once; a check whose time is up does not take the reading from the others. Writes
nothing, locks nothing, sends nothing.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hedgectl.checks.asked import Asked
from hedgectl.checks.limits import Limits, NotAsked
from hedgectl.checks.once import Once
from hedgectl.checks.parallel import in_thread
from hedgectl.config.locate import JOURNAL, journal_path, logs_dir, logs_of, state_dir
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
    from hedgectl.venue.barred import Barred
    from hedgectl.venue.port import ModeTaken
    from hedgectl.venue.rights import KeyRights

ALIVE_S_MAX = 1.0
CLOSE_S_MAX = 1.0

T = TypeVar("T")


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
        self._once = Once()
        self._ends_s: dict[str, float] = {}

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
        return self.loaded or self._once.made("configuration", lambda: load(flags, self.environ, self.asked.config))

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
    def logs_dir(self) -> Path:
        """The folder of telemetry, whether the configuration can be used or not."""
        if self.loaded is not None:
            return logs_of(self.state_dir, self.loaded.config.telemetry.logs_dir)
        return logs_dir(self.asked.config, self.asked.state_dir)

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
        return self._once.made("run", self._ask_run)

    @property
    def believed(self) -> Believed | None:
        """What the journal adds up to; None without one, or with one that cannot be read: a check of its own tells of
        that. Raises ConfigRefused."""
        return self._once.made("believed", self._believe)

    async def run_answers(self) -> bool:
        """Whether a run of this state folder answers, asked beside the loop."""
        return await in_thread(lambda: self.run) is not None

    async def belief(self) -> Believed | None:
        """The same, read beside the loop."""
        return await in_thread(lambda: self.believed)

    async def place(self) -> Place:
        """The exchange, with a client of its own. Raises ClientError, SecretsRefused, ValueError."""
        return await self._once.read("place", self._open)

    async def clock(self) -> ClockMeasured | ReadFailed:
        """The exchange's clock against ours; requests are stamped by it from then on."""
        return await self._ask("clock", lambda place: place.venue.clock())

    async def snapshot(self) -> SnapshotTaken | ReadFailed:
        """The account now, or why it cannot be read; it was asked for after the clock was measured."""
        from hedgectl.config.secrets import SecretsRefused
        from hedgectl.core.model.input import ReadFailed
        from hedgectl.venue.client import ClientError

        try:
            measured = await self.clock()
        except (ClientError, SecretsRefused, OSError, ValueError, KeyError, TypeError) as wrong:
            return ReadFailed("snapshot", "", str(wrong))
        if isinstance(measured, ReadFailed):
            return measured
        return await self._ask("snapshot", lambda place: place.venue.snapshot())

    async def snapshot_later(self, s: float) -> SnapshotTaken | ReadFailed:
        """The account as it is so many seconds later."""
        await asyncio.sleep(s)
        return await self._ask("snapshot later", lambda place: place.venue.snapshot())

    async def mode(self) -> ModeTaken | ReadFailed:
        """The position mode as the account says it."""
        return await self._ask("mode", lambda place: place.venue.mode())

    async def barred(self) -> tuple[Barred, ...] | ReadFailed:
        """Where the exchange refuses entries by its quantitative rules."""
        return await self._ask("barred", lambda place: place.venue.barred())

    async def rights(self) -> KeyRights | ReadFailed:
        """What our key may do, as the exchange says it."""
        return await self._ask("rights", lambda place: place.venue.rights())

    async def instruments(self) -> InstrumentsTaken | ReadFailed:
        """The trading rules of our symbols now."""
        return await self._ask("instruments", lambda place: place.venue.instruments(()))

    async def quotes(self, symbols: tuple[str, ...]) -> QuotesTaken | ReadFailed:
        """The market of these symbols now."""
        return await self._ask(f"quotes {symbols}", lambda place: place.venue.quotes(symbols))

    async def _ask(self, name: str, ask: Callable[[Place], Awaitable[T]]) -> T | ReadFailed:
        """One question, asked once for all checks; a failure when its time is up. Raises as `place`."""
        from hedgectl.core.model.input import ReadFailed

        limit_s, place = self.limits.read_s_max, await self.place()
        if name != "clock" and name not in self._ends_s and self._spent(place):
            return NotAsked(name, "", f"not asked: {place.rates.weight_1m} of this minute's weight are used already")
        ends_s = self._ends_s.setdefault(name, asyncio.get_running_loop().time() + limit_s)
        try:
            async with asyncio.timeout_at(ends_s):
                return await self._once.read(name, lambda: ask(place))
        except TimeoutError:
            return ReadFailed(name.partition(" ")[0], "", f"silent for {limit_s:g} s")

    def _spent(self, place: Place) -> bool:
        """Whether so much of this minute's weight is used that what is left belongs to a run."""
        return place.rates.spent(float(self.limits.ask_share_max), self.exchange.now_ms())

    @property
    def minute_left_s(self) -> int:
        """Seconds until the exchange counts a new minute's weight."""
        return 60 - self.exchange.now_ms() // 1000 % 60

    async def compared(self) -> Compared:
        """Belief against the exchange: through the run, where one answers. Raises RuntimeError when it can't be had."""
        from hedgectl.checks.comparing import compare_now

        return await self._once.read("compared", lambda: compare_now(self))

    async def close(self) -> None:
        """Let go of the exchange, in bounded time: what is under way to it is ended."""
        read = await self._once.end()
        if "place" in read:
            with suppress(TimeoutError):
                await asyncio.wait_for(read["place"].venue.close(), CLOSE_S_MAX)

    async def _open(self) -> Place:
        from hedgectl.config.options import RunOptions
        from hedgectl.venue.credentials import Credentials

        room = await in_thread(lambda: importlib.import_module("hedgectl.runtime.place"))  # brings ccxt along
        secrets = await in_thread(lambda: self.secrets)
        credentials = Credentials(secrets.key, secrets.secret) if secrets is not None else None
        options = RunOptions(sim_url=self.sim_url or None)
        config = self.configuration.config
        place: Place = room.open_place(options, config, credentials, self.exchange.clock, self.exchange)
        return place

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

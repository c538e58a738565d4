"""`run`, put together: a place, a journal, the state it left, the loop, its sources, its screen, its end.

In virtual time there are no sockets and no threads; everything else is the same code.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hedgectl import __version__
from hedgectl.config.convert import settings_hash, staged, to_settings
from hedgectl.config.options import RunOptions
from hedgectl.config.schema import Config
from hedgectl.core.decision import Decision
from hedgectl.core.engine import decide
from hedgectl.core.model.input import Input, ReadRetried, SourceFailed, Started
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Lane
from hedgectl.core.settings import Settings
from hedgectl.core.state.volatile import State
from hedgectl.intake.inbox import Inbox
from hedgectl.intake.json_text import Bounds
from hedgectl.intake.parse import IntakeLimits
from hedgectl.runtime.clock import Clock, ExchangeTime, RealClock, VirtualClock
from hedgectl.runtime.doors import open_doors
from hedgectl.runtime.ending import Ending
from hedgectl.runtime.executor import Executor, Pace
from hedgectl.runtime.folders import JOURNAL, check_environment, fresh_folder, locked, restored
from hedgectl.runtime.garbage import collected_rarely
from hedgectl.runtime.intaking import Desk, strategy_of
from hedgectl.runtime.killing import KillSwitch
from hedgectl.runtime.loop import VirtualLoop, run_virtual
from hedgectl.runtime.perform import Probe
from hedgectl.runtime.place import Place, open_place
from hedgectl.runtime.reconciling import Reconciler
from hedgectl.runtime.serving import Serving
from hedgectl.runtime.signals import Stops
from hedgectl.runtime.summing import summary_of
from hedgectl.runtime.tally import Tally
from hedgectl.runtime.telemetry import telemetry_of
from hedgectl.runtime.viewing import view_of
from hedgectl.screens.terminal import Output, Silent
from hedgectl.screens.view import RunSummary, RunView
from hedgectl.store.journal import Journal
from hedgectl.store.reader import hash_of
from hedgectl.store.state_snapshot import save
from hedgectl.venue.binance import Notices
from hedgectl.venue.credentials import Credentials, scrub
from hedgectl.venue.decode import decode_event

VIEW_EVERY_MS = 250
RESTART_MS = 1_000
QUOTES_WEIGHT = 15
REPLAYED_ROWS_MAX = 5_000

Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Job:
    """What one run was asked for, with where it writes and what it shows. `stops`: the signals that end it, if any."""

    options: RunOptions
    config: Config
    folder: Path
    state_dir: Path
    output: Output
    credentials: Credentials | None = None
    stops: Stops | None = None


def run(
    options: RunOptions,
    config: Config,
    output: Output | None = None,
    credentials: Credentials | None = None,
    stops: Stops | None = None,
) -> RunSummary:
    """Trade until the end that was asked for, and say what it came to. `stops`: the signals that may ask for it.

    Raises LockHeld, ControlBusy, ClientError, FeedError, JournalUnusable, OSError: each says what to do.
    """
    state_dir, now_ms = Path(config.run.state_dir), RealClock().wall_ms()
    in_process = config.run.environment == "sim" and options.sim_url is None
    folder = state_dir
    if in_process:
        name = f"seed{config.box.seed}" + ("-virtual" if options.virtual else "")
        folder = fresh_folder(state_dir / "sim", name, now_ms)
    key = credentials.key if credentials is not None else None
    job = Job(options, config, folder, state_dir, output or Silent(), credentials, stops)
    with locked(folder, state_dir, key, now_ms):
        check_environment(folder, config.run.environment)
        if options.virtual:
            return run_virtual(lambda clock: Trader(job, clock).main())
        return asyncio.run(Trader(job, RealClock()).main())


@dataclass(frozen=True, slots=True)
class Rig:
    """What a drill puts around a run: how its place is opened, and who is told of each crash point (before and after
    each request and each commit)."""

    open_place: Callable[..., Place] = open_place
    probe: Probe | None = None


class Trader:
    """One run. `main` is the whole of it; built on the loop that runs it."""

    def __init__(self, job: Job, clock: Clock, rig: Rig | None = None) -> None:
        self.job, self.clock, self.rig = job, clock, rig or Rig()
        self.virtual = isinstance(clock, VirtualClock)
        self.settings: Settings = to_settings(job.config)

    async def main(self) -> RunSummary:
        """Open everything, trade, end, sum up."""
        real = RealClock()
        real_begun_ms, self.begun_ms = real.mono_ms(), self.clock.mono_ms()
        self._open()
        try:
            with collected_rarely():
                await self._trade()
        finally:
            self.job.output.close()
        path = self.job.folder / JOURNAL
        return summary_of(
            self.state,
            self.place,
            self.tally,
            why=self.ending.why,
            ran_ms=self.clock.mono_ms() - self.begun_ms,
            real_ms=real.mono_ms() - real_begun_ms,
            now_ms=self.clock.wall_ms(),
            journal=path,
            journal_seq=self.journal.last_seq,
            journal_hash=self.journal_hash or hash_of(path),
            seed=self.job.config.box.seed if self.place.box is not None else None,
        )

    def _open(self) -> None:
        """Place, journal, state, loop and sources, in this order: each needs the one before."""
        job, clock = self.job, self.clock
        self.exchange = ExchangeTime(clock)
        notices = Notices(on_retry=self._retried, on_clock=self._told)
        opened = self.rig.open_place
        self.place = opened(job.options, job.config, job.credentials, clock, self.exchange, notices=notices)
        self.settings = to_settings(job.config, symbols=self.place.symbols)
        path, synchronous = job.folder / JOURNAL, job.config.journal.synchronous
        self.journal = Journal(path, live=not self.virtual, synchronous=synchronous, probe=self.rig.probe)
        if self.virtual:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            loop.before_jump = self.journal.commit_inline
        self.state, replayed = restored(job.folder, self.settings)
        if replayed > REPLAYED_ROWS_MAX:  # the next start, after a crash too, is spared what this one had to fold
            save(job.folder, self.state.durable, self.journal.last_seq, clock.wall_ms())
        self.tally = Tally(self.state)
        self.serving = Serving({} if self.virtual else os.environ, self.state, clock.mono_ms, self.view)
        self.executor = self._executor()
        limits = job.config.limits
        bounds = Bounds(limits.intent_bytes_max, limits.intents_per_message_max)
        intake = IntakeLimits(self.settings.intent_age_ms_max, bounds)
        self.telemetry = telemetry_of(job.config, job.state_dir, self.journal, clock, self._told)
        sinks = self.telemetry.views
        self.desk = Desk(self.executor, self.journal, self.exchange, intake, staged(job.config), sinks)
        fresh = job.folder != job.state_dir
        self.switch = KillSwitch(job.state_dir, self.executor, self.journal, fresh=fresh)
        self.executor.bar(self.switch.bars)
        self.reconciler = Reconciler(self.executor, self.place.venue, self.journal, self.place.name)
        self.inbox = Inbox(job.state_dir, files_max=limits.inbox_files_max, kept_max=limits.inbox_kept_max)
        stop_ms_max = job.config.run.stop_s_max * 1000
        halts = job.config.run.when_lost == "halt"
        self.ending = Ending(job.options, self.executor, self.place, clock, stop_ms_max, halts=halts)

    def _executor(self) -> Executor[State]:
        def step(state: State, given: Input, now: Moment) -> Decision:
            state.volatile.journal_dead = self.journal.dead or ""
            decision = decide(state, given, now)
            if self.tally.nav_start is None and state.volatile.wallet is not None:
                self.tally.nav_start = state.volatile.wallet.margin_balance
            if decision.notes:
                self.tally.on_notes(decision.notes, now)
                self.desk.on_notes(decision.notes, now)
            return decision

        def decoded(raw: bytes, received_ms: int) -> Sequence[Input]:
            given = decode_event(raw)
            return () if given is None else (given,)

        executor = Executor(
            self.state,
            step,
            self.place.venue,
            self.journal,
            self.exchange,
            Pace(self.place.symbols, self.job.config.run.quotes_every_ms),
            decode=decoded,
            heartbeat=self.serving.tick if self.serving.listened else None,
            suspect=self.place.stream.suspect,
            may_quote=self._may_quote,
            probe=self.rig.probe,
        )
        if not isinstance(self.job.output, Silent):
            executor.observe("screen", self.job.output.on_notes)
        return executor

    def _may_quote(self) -> bool:
        """The market is read within the budget too, or its reader alone could earn us a ban (X8)."""
        budget = self.state.volatile.budget
        return budget.allows(Lane.RECONCILE, QUOTES_WEIGHT, 0, self.exchange.now_ms())

    async def _trade(self) -> None:
        job, executor, desk = self.job, self.executor, self.desk
        run_id = f"seed{job.config.box.seed}" if self.virtual else f"{job.folder.name}-{os.getpid()}"
        executor.offer(Started(run_id, __version__, self.place.name, settings_hash(self.settings), job.options.despite))
        close_doors = None
        if not self.virtual and not job.options.repair:
            close_doors = await open_doors(
                job.state_dir, job.folder, desk, self.reconciler, self.switch, self.place.box, self.clock
            )
        beside = [asyncio.create_task(self._kept(name, source)) for name, source in self._sources().items()]
        errand = self.reconciler.mend if job.options.repair else lambda: desk.take_inbox(self.inbox, self.clock)
        for needed in (*self.place.beside, lambda: self.ending.bring_about(errand)):
            beside.append(asyncio.create_task(self._needed(needed)))
        try:
            if job.stops is not None:
                job.stops.tell(self.ending.asked)
            self.telemetry.start()
            await executor.run()
        finally:
            self.serving.stopping()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            if close_doors is not None:
                await close_doors()
            await executor.close()
            await self.place.stream.close()
            await self.place.venue.close()
            self._flush()

    async def _needed(self, work: Work) -> None:
        """Work without which a run is none: what it raises ends the run."""
        try:
            await work()
        except Exception as wrong:
            self.executor.fail(wrong)

    async def _kept(self, name: str, source: Work) -> None:
        """Work that must never take the run down with it: it is told of, and started anew (O1)."""
        while True:
            try:
                return await source()
            except Exception as wrong:
                self.executor.offer(SourceFailed(name, scrub(f"{type(wrong).__name__}: {wrong}")))
            await self.clock.sleep_ms(RESTART_MS)

    def _sources(self) -> dict[str, Work]:
        """What runs beside the loop: the user stream, the kill switch, intents, the screen."""
        job, desk = self.job, self.desk
        sources: dict[str, Work] = {"stream": self._stream, "kill": self.switch.watch}
        if not job.options.once:
            sources["inbox"] = lambda: desk.watch_inbox(self.inbox, self.clock)
        if job.options.demo and not job.options.once and self.place.name == "sim":
            # A served exchange outlives the run, and so do the names of its intents.
            seed = job.config.box.seed if self.place.box is not None else self.clock.wall_ms()
            strategy = strategy_of(job.config, self.place.symbols, seed)
            sources["demo"] = lambda: desk.play(strategy, self.clock)
        if job.output.wants_views:
            sources["screen"] = self._show
        return sources

    async def _stream(self) -> None:
        await self.place.stream.run(self.executor.offer_stream, self._told)

    async def _show(self) -> None:
        while True:
            self.job.output.show(self.view())
            await self.clock.sleep_ms(VIEW_EVERY_MS)

    def view(self) -> RunView:
        """What a screen shows now."""
        up_ms, now = self.clock.mono_ms() - self.begun_ms, self.exchange.moment()
        view = view_of(self.state, self.tally, self.journal, now, place=self.place.name, up_ms=up_ms, pid=os.getpid())
        return replace(view, staged=self.desk.staged, sinks=view.sinks + self.telemetry.views())

    def _retried(self, what: str, attempt: int, wait_ms: int, why: str) -> None:
        self.executor.offer(ReadRetried(what, attempt, wait_ms, why))

    def _told(self, given: Input) -> None:
        self.executor.offer(given)

    def _flush(self) -> None:
        """Everything noted is on disk, and a snapshot names the seq it holds."""
        whole = self.journal.dead is None
        self.journal_hash = self.journal.hash() if whole and self.virtual else ""
        self.telemetry.close(self.journal.close)
        if whole and self.journal.committed_seq == self.journal.last_seq:
            save(self.job.folder, self.state.durable, self.journal.last_seq, self.clock.wall_ms())

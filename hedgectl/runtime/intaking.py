"""How intents come in while a run lives: the control socket, the inbox folder, the built-in strategy.

Each source is a task of its own with bounded work a turn; none of them can delay a decision. A request over the
socket is answered once the executor has decided, with the verdict and the journal seq that holds it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import orjson

from hedgectl import __version__
from hedgectl.config.convert import settings_hash
from hedgectl.config.schema import Config
from hedgectl.core.decision import Noted
from hedgectl.core.model import event as ev
from hedgectl.core.model.input import IntentInvalid, IntentReceived, StopRequested
from hedgectl.core.model.moment import Moment
from hedgectl.core.state.volatile import State
from hedgectl.intake.demo import DemoStrategy
from hedgectl.intake.inbox import Inbox
from hedgectl.intake.parse import IntakeLimits, parse_intents
from hedgectl.runtime.ask import Reply, Request
from hedgectl.runtime.clock import Clock, ExchangeTime, VirtualClock
from hedgectl.runtime.executor import Executor
from hedgectl.screens.view import SinkView
from hedgectl.store.journal import Journal, JournalDead

VERDICT_S_MAX = 2.0
INBOX_EVERY_MS = 250
INBOX_EVERY_VIRTUAL_MS = 1_000
BUSY_MS = 20
DEMO_EVERY_MS = 1_000


def strategy_of(config: Config, symbols: tuple[str, ...], seed: int) -> DemoStrategy:
    """The built-in strategy, as configured."""
    demo = config.demo
    return DemoStrategy(symbols, seed, notional_usdt=demo.notional_usdt, every_ms=demo.every_s * 1000)


class Desk:
    """Takes intents in for one run, and tells whoever asked what became of them. `staged` is the first-live profile in
    words, "" where it does not hold; `sinks` says how telemetry is."""

    def __init__(
        self,
        executor: Executor[State],
        journal: Journal,
        exchange: ExchangeTime,
        limits: IntakeLimits,
        staged: str = "",
        sinks: Callable[[], Sequence[SinkView]] = tuple,
    ) -> None:
        self._executor, self._journal, self._exchange, self._limits = executor, journal, exchange, limits
        self.staged = staged
        self._sinks = sinks
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None:
        """Resolve those who wait for a verdict."""
        if not self._asked:
            return
        for noted in notes:
            event = noted.event
            match event:
                case ev.IntentRefused(intent_id=name):
                    verdict = {"verdict": "refused", "code": event.code, "number": event.number, "limit": event.limit,
                               "hint": event.hint}  # fmt: skip
                case ev.EntryAccepted(entry=entry):
                    name, verdict = entry.intent_id, {"verdict": "accepted", "quantity": str(event.quantity)}
                case ev.ExitAccepted(exit=exit_):
                    name, verdict = exit_.intent_id, {"verdict": "accepted", "quantity": str(event.quantity)}
                case _:
                    continue
            waiting = self._asked.pop(name, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(verdict | {"correlation_id": noted.correlation_id, "seq": self._journal.last_seq})

    async def submit(self, request: Request) -> Reply:
        """{"do": "submit", "intent": {...}} or {"text": "..."}: parse, hand in, answer with what was decided."""
        text = request.get("text")
        raw = text.encode() if isinstance(text, str) else orjson.dumps(request.get("intent"))
        parsed = parse_intents(raw, now_ms=self._exchange.now_ms(), limits=self._limits, origin="submit")
        answers = [await self._hand_in(each) for each in parsed]
        return {"seq": self._journal.last_seq, "intents": answers}

    async def _hand_in(self, given: IntentReceived | IntentInvalid) -> dict[str, Any]:
        if isinstance(given, IntentInvalid):
            self._executor.offer(given)
            verdict = {"verdict": "refused", "code": given.code, "field": given.field, "number": given.found}
            return verdict | {"intent_id": given.intent_id, "hint": given.hint}
        name = given.intent.intent_id
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[name] = waiting
        if not self._executor.offer(given):
            self._asked.pop(name, None)
            return {"intent_id": name, "verdict": "refused", "code": "run.busy", "hint": "send it again in a moment"}
        try:
            return {"intent_id": name} | await asyncio.wait_for(waiting, VERDICT_S_MAX)
        except TimeoutError:
            return {"intent_id": name, "verdict": "taken", "hint": f"hedgectl trace {name}"}
        finally:
            self._asked.pop(name, None)

    async def stop(self, request: Request) -> Reply:
        """{"do": "stop"}: an orderly end."""
        self._executor.offer(StopRequested("asked over the control socket"))
        return {"seq": self._journal.last_seq}

    async def status(self, request: Request) -> Reply:
        """{"do": "status"}: where the run is."""
        durable, volatile = self._executor.state.durable, self._executor.state.volatile
        return {
            "seq": self._journal.last_seq,
            "run_id": durable.run_id,
            "journal": str(self._journal.path.resolve()),
            "version": __version__,
            "settings_hash": settings_hash(self._executor.state.settings),
            "symbols": self._executor.state.settings.symbols,
            "pid": os.getpid(),
            "checked": volatile.checked,
            "stopping": durable.stopping,
            "positions": {key: str(each.quantity) for key, each in durable.positions.items()},
            "covers": {key: str(each.trigger_price) for key, each in durable.covers.items()},
            "orders": len(durable.orders),
            "entries": {name: durable.orders[name].order.symbol for name in self._executor.state.index.resting_entries},
            "unsettled": list(self._executor.state.index.unsettled),
            "kill": asdict(durable.kill) if durable.kill is not None else None,
            "staged": self.staged,
            "sinks": [asdict(each) for each in self._sinks()],
        }

    async def take_inbox(self, inbox: Inbox, clock: Clock) -> int:
        """One pass over the inbox: hand its intents in, and put the files away once that is journaled."""
        found = inbox.take(self._exchange.now_ms(), self._limits)
        if not inbox.unsettled:
            return 0
        for given in found:
            while not self._executor.offer(given):
                await clock.sleep_ms(BUSY_MS)
        while self._executor.queued:
            await clock.sleep_ms(BUSY_MS)
        with suppress(JournalDead):  # else the files stay: the next run reads them again, under the same names
            await self._journal.durable(self._journal.last_seq)
            inbox.settle()
        return len(found)

    async def watch_inbox(self, inbox: Inbox, clock: Clock) -> None:
        """Look into the inbox until cancelled; intents wait there until the account has been seen."""
        every_ms = INBOX_EVERY_VIRTUAL_MS if isinstance(clock, VirtualClock) else INBOX_EVERY_MS
        while True:
            if self._executor.state.volatile.ready:
                await self.take_inbox(inbox, clock)
            await clock.sleep_ms(every_ms)

    async def play(self, strategy: DemoStrategy, clock: Clock) -> None:
        """Let the built-in strategy trade, once the account has been seen."""
        state = self._executor.state
        while True:
            if state.volatile.ready and not state.durable.stopping:
                held = {key: each.quantity for key, each in state.durable.positions.items()}
                for intent in strategy.next(self._exchange.now_ms(), state.volatile.quotes, held):
                    self._executor.offer(IntentReceived(intent, "demo"))
            await clock.sleep_ms(DEMO_EVERY_MS)

"""The kill switch of a run: the KILL file watched, what was done without the run taken in, people answered (R7).

Before an entry leaves the file is looked for once more, so that a run that was stopped and goes on sends none that it
had prepared. What the switch demands is decided in the core; nothing here touches an exit.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hedgectl.core.engine.killing import MODES
from hedgectl.core.model.codec import decoder
from hedgectl.core.model.input import KillActed, KillAsked, RearmAsked
from hedgectl.core.model.order import Prepared
from hedgectl.core.state.volatile import State
from hedgectl.runtime import kill_file
from hedgectl.runtime.ask import Reply, Request
from hedgectl.runtime.clock import VirtualClock
from hedgectl.runtime.executor import Executor
from hedgectl.runtime.kill_file import KILL, LOG, TAKING, Mark, Row
from hedgectl.store.journal import Journal, JournalDead

ON = "the kill switch is on"
FRESH_MS_MAX = 50
WATCH_MS, WATCH_VIRTUAL_MS = 200, 1_000
BUSY_MS = 5
HANDLED_MS_MAX = 700


class KillSwitch:
    """Watches the state folder of one run. `fresh`: of an exchange that began with it, so what was done before it began
    was done elsewhere, and stays for the run that it concerns."""

    def __init__(self, folder: Path, executor: Executor[State], journal: Journal, *, fresh: bool) -> None:
        self._folder, self._executor, self._journal = folder, executor, journal
        self._not_ours = fresh and any((folder / name).exists() for name in (LOG, TAKING))
        self._state, self._clock = executor.state, executor.exchange.clock
        self._path, self._log = os.fspath(folder / KILL), os.fspath(folder / LOG)
        self._there, self._fresh_until_ms = False, -1
        self._file_mark: Mark | None = None
        self._looking = asyncio.Lock()

    def bars(self) -> str:
        """Why no entry may leave now; "" when one may. What it knows of the file is at most FRESH_MS_MAX old."""
        if self._state.durable.kill is not None:
            return ON
        now_ms = self._clock.mono_ms()
        if now_ms > self._fresh_until_ms:
            self._there, self._fresh_until_ms = _there(self._path), now_ms + FRESH_MS_MAX
        return ON if self._there else ""

    async def watch(self) -> None:
        """Look until cancelled."""
        every_ms = WATCH_VIRTUAL_MS if isinstance(self._clock, VirtualClock) else WATCH_MS
        await self.look(began=True)
        while True:
            await self._clock.sleep_ms(every_ms)
            await self.look()

    async def look(self, *, began: bool = False) -> None:
        """Take in what is new: first what happened without the run, then the file, which has the last word. `began`:
        and what a run before this one had begun to take in."""
        if not (began or self._file_mark or _there(self._path) or _there(self._log)):
            return
        async with self._looking:
            await self._take_rows()
            self._take_file()

    async def kill(self, request: Request) -> Reply:
        """{"do": "kill", "mode": "flatten", "why": "...", "by": "..."}: acknowledged once the journal holds it.

        "written": who asks has put the file there; if it is gone, then because of a rearm that came after this request.
        """
        wanted = kill_file.pulled_of(request, self._clock.wall_ms())
        if request.get("written"):
            if not _there(self._path):
                return {"ok": False, "code": "kill.lifted", "why": "it was rearmed since"}
        else:
            with suppress(OSError):  # then the journal alone holds it
                kill_file.pull(self._folder, wanted)
        await self.look()
        return await self._tell(KillAsked(wanted.mode, wanted.why, wanted.by))

    async def rearm(self, request: Request) -> Reply:
        """{"do": "rearm", "why": "...", "by": "..."}: acknowledged once the journal holds that entries may go again.

        "released": who asks has removed the file; if it is there, then because of a kill that came after this request.
        """
        given = RearmAsked(*kill_file.reason_of(request.get("why"), request.get("by")))
        if request.get("released"):
            if _there(self._path):
                return {"ok": False, "code": "kill.pulled_again", "why": "it was pulled again since"}
        else:
            try:
                kill_file.release(self._folder)
            except OSError as wrong:
                return {"ok": False, "code": "kill.file", "why": f"{self._path}: {wrong.strerror}"}
        await self.look()
        self._fresh_until_ms = -1
        return await self._tell(given)

    async def _take_rows(self) -> None:
        ours = self._journal.dead is None and not self._not_ours
        rows = kill_file.claim(self._folder) if ours else None
        if rows is None:
            return
        for given in inputs_of(rows):
            if not self._executor.offer(given):
                return
        await self._handled()
        with suppress(JournalDead):  # else the rows stay, and the next run is told
            await self._journal.durable(self._journal.last_seq)
            kill_file.put_aside(self._folder)

    def _take_file(self) -> None:
        found = kill_file.mark(self._folder / KILL)
        if found == self._file_mark:
            return
        pulled, held = kill_file.read(self._folder), self._state.durable.kill
        if (
            pulled is not None
            and (held is None or pulled.rank > MODES.index(held.mode))
            and not self._executor.offer(KillAsked(pulled.mode, pulled.why, pulled.by))
        ):
            return
        self._file_mark = found

    async def _tell(self, given: KillAsked | RearmAsked) -> Reply:
        """Hand an input in, and answer with the seq that holds what it led to."""
        if not self._executor.offer(given):
            return {"ok": False, "code": "run.busy", "why": "too much is waiting to be decided"}
        await self._handled()
        try:
            await self._journal.durable(self._journal.last_seq)
        except JournalDead as dead:
            return {"ok": False, "code": "journal.dead", "why": str(dead)}
        return {"seq": self._journal.last_seq}

    async def _handled(self) -> None:
        """Until everything that was handed in is decided, or for HANDLED_MS_MAX."""
        until = self._clock.mono_ms() + HANDLED_MS_MAX
        while self._executor.queued and self._clock.mono_ms() < until:
            await self._clock.sleep_ms(BUSY_MS)


def inputs_of(rows: Iterable[Row]) -> list[KillActed | KillAsked | RearmAsked]:
    """What a run has to be told: the orders that were sent, the last rearm and the kills after it, and by the last one
    what came of the writes."""
    given: list[KillAsked | RearmAsked] = []
    sent: list[Prepared] = []
    done: Counter[str] = Counter()
    for row in rows:
        match row:
            case {"do": "send", "order": dict(order)}:
                with suppress(KeyError, TypeError, ValueError, ArithmeticError):
                    sent.append(decoder(Prepared)(order))
            case {"do": "kill"}:
                with suppress(ValueError):
                    pulled = kill_file.pulled_of(row, 0)
                    given.append(KillAsked(pulled.mode, pulled.why, pulled.by))
            case {"do": "rearm"}:
                with suppress(ValueError):
                    given = [RearmAsked(*kill_file.reason_of(row.get("why"), row.get("by")))]
            case {"do": "answer", "outcome": str(outcome)}:
                done[outcome] += 1
    if given and done:
        told = ", ".join(f"{count} {outcome}" for outcome, count in done.items())
        given[-1] = replace(given[-1], why=f"{given[-1].why} (done without the run: {told}; see {kill_file.TAKEN})")
    return [KillActed(tuple(sent)), *given] if sent else [*given]


def _there(path: str) -> bool:
    """Whether a file is there; one that cannot be asked for counts as there."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True

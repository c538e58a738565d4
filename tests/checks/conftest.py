"""An exchange on loopback with a person's hands on its account, a user's folder, and somebody who pastes cures."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from hedgectl.checks.asked import Asked
from hedgectl.checks.context import Context
from hedgectl.checks.examination import rows_of
from hedgectl.checks.limits import Limits
from hedgectl.checks.redact import each_text, opened
from hedgectl.checks.registry import all_checks, chosen, with_needs
from hedgectl.commands.app import call
from hedgectl.core.model.codec import encode
from hedgectl.runtime.clock import RealClock
from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.http import Request, Response
from hedgectl.sim.market.synthetic import SyntheticFeed
from hedgectl.sim.server import serve
from hedgectl.store.journal import Journal

ROOT = Path(__file__).parents[2]
SYMBOL = "ETHUSDT"
SYMBOLS = ("BTCUSDT", SYMBOL)
TABLE_LINE = re.compile(r"\[(\w+)\] (\w+) = (.+)")
COMMENT = "    # "
PASTED = b"k" * 16 + b"\n"
"""What somebody types where a cure asks for it."""


class Served:
    """The exchange, in a thread of its own; `box` and `exchange` are touched by `hand` only."""

    def __init__(self) -> None:
        start_ms = RealClock().wall_ms() - 1_000
        feed = SyntheticFeed(SYMBOLS, seed=1, start_ms=start_ms)
        self.exchange = Exchange(feed, seed=1, hedge=True, balance=D(10_000), start_ms=start_ms)
        self.box = Box(self.exchange)
        self.silent: list[str] = []
        self.answers: dict[str, tuple[int, int]] = {}
        self.bodies: dict[str, bytes] = {}
        self.asked: list[str] = []
        self._heard = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._door: Any = None
        self.open()

    def open(self, port: int = 0) -> None:
        """Open the door, on a port that it had before or on a new one."""
        self._heard.clear()
        self._door = self._run(serve(self.box, port=port, now_ms=RealClock().wall_ms, transport=self._between))
        self.url, self.port = self._door.url, self._door.port

    async def _between(self, request: Request) -> Response:
        """What stands between the door and the exchange: paths in `silent` are never answered, those in `answers` by
        (HTTP status, code) and a Retry-After, those in `bodies` by that body."""
        self.asked.append(request.path)
        if any(request.path.endswith(each) for each in self.silent):
            await self._heard.wait()
        for path, (status, code) in self.answers.items():
            if request.path.endswith(path):
                return Response(status, {"Retry-After": "30"}, b'{"code":%d,"msg":"as the test says"}' % code)
        for path, body in self.bodies.items():
            if request.path.endswith(path):
                return Response(200, {}, body)
        return self.box.handle(request, RealClock().wall_ms())

    def use_weight(self, weight: int) -> None:
        """Somebody else uses so much of this minute's weight. One that is nearly over is waited out: what is used in it
        would be forgotten before it is looked at."""
        left_s = 60 - time.time() % 60
        if left_s < 4:
            time.sleep(left_s)
        self.hand(lambda it: it.box.limits.ask(weight, RealClock().wall_ms()))

    def shut(self) -> None:
        self._loop.call_soon_threadsafe(self._heard.set)
        self._run(self._door.close())

    def hand(self, act: Callable[[Served], Any]) -> Any:
        """Let a person, or the exchange, act: on its own thread."""

        async def work() -> Any:
            return act(self)

        return self._run(work())

    def close(self) -> None:
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@dataclass
class Patient:
    """A user's folder beside a served exchange. `environ` is what the user has set; `args` name the exchange."""

    served: Served
    folder: Path
    setenv: Callable[[str, str], None]
    delenv: Callable[[str], None]
    capture: pytest.CaptureFixture[str]
    limits: Limits | None = None
    deep: bool = False
    env: str = ""
    attached: bool = True
    stop: Callable[[], None] = lambda: None
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def args(self) -> list[str]:
        given = ["--deep"] if self.deep else []
        given += ["--env", self.env] if self.env else []
        return given + (["--sim-url", self.served.url] if self.attached and not self.env else [])

    def hedgectl(self, *args: object) -> tuple[int, str]:
        code = call([str(each) for each in args])
        return code, self.capture.readouterr().out

    def row(self, check: str) -> dict[str, Any]:
        """What `doctor` says of one check."""
        if self.limits is not None:
            url = self.served.url if self.attached and not self.env else ""
            context = Context(Asked(env=self.env, sim_url=url, deep=self.deep), os.environ, limits=self.limits)
            known = all_checks()
            made = rows_of(context, with_needs(chosen([check], known), known), lambda row: None)
            return asdict(each_text(next(each for each in made if each.id == check), opened))
        _, out = self.hedgectl("doctor", "--only", check, "--json", *self.args)
        return next(each for each in json.loads(out)["data"]["checks"] if each["id"] == check)

    def write(self, text: str, name: str = "hedgectl.toml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_once(self) -> None:
        """Let the product see the account once, so that it believes something."""
        assert self.hedgectl("run", "--once", "--sim-url", self.served.url, "-q")[0] == 0

    def journal(self, *events: Any, at_ms: int | None = None) -> None:
        """Events that a run has noted."""

        async def work() -> None:
            journal = Journal(self.state / "journal.db", live=True)
            stamp = RealClock().wall_ms() if at_ms is None else at_ms
            journal.append([(stamp, each.kind, "story1", "", encode(each)) for each in events])
            await journal.durable(journal.last_seq)
            journal.close()

        self.state.mkdir(exist_ok=True)
        asyncio.run(work())

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """A process of Python in the folder; it ends with the test."""
        environ = os.environ | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen([sys.executable, *args], cwd=self.folder, env=environ, stdout=subprocess.PIPE)
        self.processes.append(process)
        return process

    def paste(self, fix: str) -> None:
        """Do what a cure says, line by line: configuration lines go into hedgectl.toml, all else to a shell."""
        assert fix
        for line in (each.partition(COMMENT)[0] for each in fix.splitlines()):
            if found := TABLE_LINE.fullmatch(line):
                self._configure(*found.groups())
            elif line.startswith("unset "):
                for name in line.split()[1:]:
                    self.delenv(name)
            elif line.startswith("hedgectl "):
                assert self.hedgectl(*shlex.split(line)[1:], "--json")[0] in (0, 1), line
            else:
                subprocess.run(line, shell=True, check=True, cwd=self.folder, timeout=10, input=PASTED)

    def _configure(self, table: str, name: str, value: str) -> None:
        path = self.folder / "hedgectl.toml"
        text = path.read_text() if path.exists() else ""
        head, mark, rest = text.partition(f"[{table}]\n")
        body, bracket, tail = rest.partition("\n[")
        body = re.sub(rf"(?m)^{name} *=.*\n?", "", body)
        line = f"[{table}]\n{name} = {value}\n"
        path.write_text(f"{head}{line}{body}{bracket}{tail}" if mark else f"{text}\n{line}")

    def until(self, true: Callable[[], bool], s_max: float = 20.0) -> None:
        ends_s = time.monotonic() + s_max
        while not true():
            assert time.monotonic() < ends_s, "it did not come about in time"
            time.sleep(0.05)


@pytest.fixture
def patient(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path_factory: Any
) -> Iterator[Patient]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    served = Served()
    made = Patient(served, folder, monkeypatch.setenv, monkeypatch.delenv, capsys)
    made.write(f'[run]\nsymbols = ["{SYMBOLS[0]}", "{SYMBOLS[1]}"]\n')
    yield made
    made.stop()
    for process in made.processes:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
    served.close()


@pytest.fixture
def hedgectl_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """The program in an empty folder, beside no exchange."""

    def ask(*args: object) -> tuple[int, str]:
        code = call([str(each) for each in args])
        return code, capsys.readouterr().out

    return ask

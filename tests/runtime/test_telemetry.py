"""Goal: a run's events reach the file, each once, and no decision waits for it; virtual lives do not change by it."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import pytest

from hedgectl.config.options import RunOptions
from hedgectl.config.sources import load
from hedgectl.core.model.input import SinkChanged
from hedgectl.drill.life import live
from hedgectl.runtime import telemetry
from hedgectl.runtime.clock import RealClock
from hedgectl.runtime.telemetry import CURSOR, EVENTS, NoTelemetry, telemetry_of, view_of
from hedgectl.sinks.follower import Health
from hedgectl.store.journal import Journal
from hedgectl.store.reader import replay

WAIT_S_MAX = 10.0


def config_of(folder, **keys):
    given = {"run.state_dir": str(folder), "telemetry.every_ms": 20, "journal.synchronous": "OFF"}
    return load(given | {f"telemetry.{name}": value for name, value in keys.items()}, {}).config


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def row(number, kind="alert"):
    return 1_767_225_600_000 + number, kind, "", "", b'{"n":%d}' % number


async def until(found):
    due = time.monotonic() + WAIT_S_MAX
    while not found():
        assert time.monotonic() < due, "it never came"
        await asyncio.sleep(0.005)


class Desk:
    """A live journal and its telemetry, as a run has them."""

    def __init__(self, state, **keys):
        self.told = []
        self.state = state
        self.journal = Journal(state / "journal.db", live=True, synchronous="OFF")
        self.telemetry = telemetry_of(config_of(state, **keys), state, self.journal, RealClock(), self.told.append)
        self.path = state.parent / "logs" / EVENTS

    def note(self, first, last):
        for number in range(first, last + 1):
            self.journal.append([row(number), row(number, "in.Tick")])

    def close(self):
        self.telemetry.close(self.journal.close)


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def test_what_is_durable_appears_while_the_run_lives_and_the_rest_at_its_end(state):
    async def main():
        desk = Desk(state)
        desk.telemetry.start()
        desk.note(1, 300)
        await until(lambda: len(lines(desk.path)) == 300)
        desk.note(301, 310)
        desk.close()
        return lines(desk.path), desk.telemetry.views()

    found, (view,) = asyncio.run(main())
    assert [each["body"]["n"] for each in found] == list(range(1, 311))
    assert (view.ok, view.detail) == (True, "")
    assert not [each for each in threading.enumerate() if each.name == "telemetry"]


def test_a_second_run_goes_on_behind_the_first(state):
    async def main(first, last):
        desk = Desk(state)
        desk.telemetry.start()
        desk.note(first, last)
        desk.close()
        return desk.path

    asyncio.run(main(1, 5))
    found = lines(asyncio.run(main(6, 9)))
    assert [each["body"]["n"] for each in found] == list(range(1, 10))
    assert {each["journal"] for each in found} == {"journal.db"}


def test_a_dead_disk_is_told_once_delays_nothing_and_is_filled_up_later(state):
    async def main():
        desk = Desk(state, failures_max=1, pause_s_min=1, pause_s_max=1)
        desk.path.parent.parent.mkdir()
        desk.path.parent.write_text("a file where a folder should be")
        desk.telemetry.start()
        desk.note(1, 50)
        await until(lambda: desk.told)
        (view,) = desk.telemetry.views()
        begun = time.perf_counter()
        desk.note(51, 100)
        took_s = time.perf_counter() - begun
        desk.path.parent.unlink()
        await until(lambda: len(desk.told) == 2)
        desk.close()
        return view, took_s, desk.told, lines(desk.path)

    view, took_s, told, found = asyncio.run(main())
    assert not view.ok
    assert "rows behind" in view.detail
    assert took_s < 0.1
    assert [type(each) for each in told] == [SinkChanged, SinkChanged]
    assert "events.jsonl" in told[0].why
    assert told[1].why == ""
    assert [each["body"]["n"] for each in found] == list(range(1, 101))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_of_the_follower_is_told_and_what_is_missing_comes_at_the_end(state, monkeypatch):
    async def main():
        desk = Desk(state)
        step = desk.telemetry._follower.step

        def broken(now_ms):
            raise ZeroDivisionError("a defect")

        monkeypatch.setattr(desk.telemetry._follower, "step", broken)
        desk.telemetry.start()
        desk.note(1, 5)
        await until(lambda: desk.told)
        (view,) = desk.telemetry.views()
        monkeypatch.setattr(desk.telemetry._follower, "step", step)
        desk.close()
        return view, desk.told, lines(desk.path)

    view, (told,), found = asyncio.run(main())
    assert (view.ok, view.detail) == (False, "ended by ZeroDivisionError")
    assert "events.jsonl: ended by ZeroDivisionError" in told.why
    assert len(found) == 5


def test_a_disk_that_hangs_holds_up_neither_the_journal_nor_the_end(state, monkeypatch):
    async def main():
        desk = Desk(state, end_s_max=1)
        gate = threading.Event()
        monkeypatch.setattr(telemetry.LogFile, "append", lambda self, text: gate.wait(WAIT_S_MAX))
        desk.telemetry.start()
        desk.note(1, 5)
        await desk.journal.durable(desk.journal.last_seq)
        await asyncio.sleep(0.1)
        desk.note(6, 10)
        begun = time.monotonic()
        await desk.journal.durable(desk.journal.last_seq)
        written_s = time.monotonic() - begun
        begun = time.monotonic()
        desk.close()
        ended_s = time.monotonic() - begun
        gate.set()
        return written_s, ended_s

    written_s, ended_s = asyncio.run(main())
    assert written_s < 0.5
    assert ended_s < 3
    assert len(list(replay(state / "journal.db"))) == 20


def test_where_the_files_are(tmp_path):
    async def main():
        box = tmp_path / "state" / "sim" / "000001-seed1"
        journal = Journal(box / "journal.db", live=True, synchronous="OFF")
        journal.append([row(1)])
        made = telemetry_of(config_of(tmp_path), tmp_path / "state", journal, RealClock(), print)
        made.start()
        made.close(journal.close)
        return made.path, box

    path, box = asyncio.run(main())
    assert path == tmp_path / "logs" / "execution" / "events.jsonl"
    assert lines(path)[0]["journal"] == "sim/000001-seed1/journal.db"
    assert (box / CURSOR).is_file()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "health, up, ok, detail",
    [
        (Health("", 0, 0, 0), True, True, ""),
        (Health("", 40, 0, 0), True, True, ""),
        (Health("No space left", 0, 0, 0), True, True, "No space left"),
        (Health("No space left", 40, 0, 0), False, False, "No space left, 40 rows behind"),
        (Health("", 0, 12, 0), True, False, "12 rows passed over"),
    ],
)
def test_how_a_sink_is_in_a_word(health, up, ok, detail):
    view = view_of(health, up)
    assert (view.name, view.ok, view.detail) == ("jsonl", ok, detail)


async def nothing(trader):
    """A life beside which nothing happens."""


def virtual_life(folder, events):
    folder.mkdir(parents=True)
    return live(config_of(folder, events=events), folder, nothing, options=RunOptions(40, virtual=True))


def test_a_virtual_life_is_the_same_with_telemetry_without_and_writes_only_when_asked(tmp_path):
    lives = {events: virtual_life(tmp_path / events / "state", events) for events in ("on", "off", "always")}
    assert len({each.summary.journal_hash for each in lives.values()}) == 1
    paths = {events: tmp_path / events / "logs" / EVENTS for events in lives}
    assert [events for events, path in paths.items() if path.exists()] == ["always"]
    assert isinstance(lives["on"].trader.telemetry, NoTelemetry)
    told = [(each["seq"], each["kind"]) for each in lines(paths["always"])]
    journaled = [(row[0], row[2]) for row in replay(tmp_path / "always" / "state" / "journal.db")]
    assert told == [each for each in journaled if not each[1].startswith("in.")]

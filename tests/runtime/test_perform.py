"""Journal before act, lanes, bounds and crash points of performing commands."""

from __future__ import annotations

import asyncio

import pytest

from hedgectl.core.model.command import (
    Cancel,
    Look,
    MeasureClock,
    ReadBrackets,
    ReadInstruments,
    ReadLeverages,
    ReadSnapshot,
    ReadTrades,
    Send,
    SetLeverage,
)
from hedgectl.core.model.input import (
    BracketsTaken,
    CancelAnswered,
    ClockMeasured,
    CreateAnswered,
    CreateVoided,
    LeveragesTaken,
    LeverageTaken,
    LookedUp,
    ReadFailed,
    Started,
)
from hedgectl.core.model.order import Lane
from hedgectl.core.model.reply import FaultKind, Reply
from hedgectl.runtime import perform
from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS
from hedgectl.runtime.loop import run_virtual
from hedgectl.store.reader import open_reader

STARTED = Started("r1", "1.0", "box", "s1")


def sending(script, order, void_after_ms=500):
    return lambda _: ([script.sent(order)], [Send(order, void_after_ms)])


@pytest.mark.parametrize("lane", [Lane.ENTRY, Lane.PROTECT])
def test_a_send_leaves_only_after_its_event_is_durable(tmp_path, script, lane):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.core.script[Started] = sending(script, script.order(lane=lane))
        on_disk = []
        send = box.venue.send

        async def watched(order):
            on_disk.append(box.journal.committed_seq)
            return await send(order)

        box.venue.send = watched
        box.executor.offer(STARTED)
        await box.live(100)
        return on_disk, box.core.saw(CreateAnswered)

    on_disk, answers = run_virtual(main)
    assert on_disk == [2]
    assert answers == [CreateAnswered("c1", Reply(200, "{}"), VIRTUAL_EPOCH_MS)]


@pytest.mark.parametrize(
    ("lane", "left_at", "voided"),
    [(Lane.PROTECT, [20], []), (Lane.ENTRY, [], ["not durable after 500 ms"])],
)
def test_a_disk_that_hangs_holds_protection_20_ms_and_voids_an_entry(tmp_path, script, lane, left_at, voided):
    async def main(clock):
        box = script.box(clock, tmp_path)
        clock.loop.before_jump = lambda: None  # nothing is ever committed
        box.core.script[Started] = sending(script, script.order(lane=lane))
        box.executor.offer(STARTED)
        await box.live(1_000)
        return [call[0] for call in box.venue.named("send")], [each.why for each in box.core.saw(CreateVoided)]

    assert run_virtual(main) == (left_at, voided)


@pytest.mark.parametrize(("lane", "sends", "voids"), [(Lane.PROTECT, 1, 0), (Lane.ENTRY, 0, 1)])
def test_with_a_dead_journal_protection_goes_at_once_and_entries_are_voided(tmp_path, script, lane, sends, voids):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.journal.close()
        box.core.script[Started] = sending(script, script.order(lane=lane))
        box.executor.offer(STARTED)
        await box.live(100)
        assert all(call[0] == 0 for call in box.venue.named("send"))
        return len(box.venue.named("send")), len(box.core.saw(CreateVoided))

    assert run_virtual(main) == (sends, voids)


@pytest.mark.parametrize("lane", [Lane.PROTECT, Lane.ENTRY])
def test_a_send_that_comes_too_late_is_voided_even_if_durable(tmp_path, script, lane):
    async def main(clock):
        box = script.box(clock, tmp_path)
        order = script.order(lane=lane)
        box.executor._performer.perform(Send(order, 500), 0, clock.mono_ms() - 501)  # the machine slept in between
        await box.live(100)
        return len(box.venue.named("send")), [each.client_id for each in box.core.saw(CreateVoided)]

    assert run_virtual(main) == (0, ["c1"])


def test_every_request_comes_back_as_its_input(tmp_path, script):
    commands = [
        Cancel("c1", "BTCUSDT", False, Lane.RECONCILE),
        Look("c2", "BTCUSDT", True),
        ReadTrades("BTCUSDT", 1),
        ReadSnapshot("x"),
        ReadInstruments("x"),
        ReadLeverages("x"),
        ReadBrackets("x"),
        SetLeverage("BTCUSDT", 5, 500),
        MeasureClock("x"),
    ]

    async def main(clock):
        box = script.box(clock, tmp_path)
        box.core.script[Started] = lambda _: ([], commands)
        box.executor.offer(STARTED)
        await box.live(100)
        return box.core

    core = run_virtual(main)
    assert core.saw(CancelAnswered) == [CancelAnswered("c1", Reply(200, "{}"))]
    assert core.saw(LookedUp) == [LookedUp("c2", None, True)]
    assert sorted(read.what for read in core.saw(ReadFailed)) == ["instruments", "snapshot", "trades"]
    assert core.saw(LeveragesTaken) == [LeveragesTaken((), 0)]
    assert core.saw(BracketsTaken) == [BracketsTaken(())]
    assert core.saw(LeverageTaken) == [LeverageTaken("BTCUSDT", 5, Reply(200, "{}"))]
    assert core.saw(ClockMeasured) == [ClockMeasured(250, 10)]


def test_leverage_is_set_only_after_the_entry_that_waits_for_it_is_durable(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.core.script[Started] = lambda _: ([script.noted()], [SetLeverage("BTCUSDT", 5, 500)])
        on_disk, real = [], box.venue.set_leverage

        async def watched(symbol, leverage):
            on_disk.append(box.journal.committed_seq)
            return await real(symbol, leverage)

        box.venue.set_leverage = watched
        box.executor.offer(STARTED)
        await box.live(100)
        return on_disk

    assert run_virtual(main) == [2]


def test_on_a_disk_that_hangs_no_leverage_is_set(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        clock.loop.before_jump = lambda: None  # nothing is ever committed
        box.core.script[Started] = lambda _: ([script.noted()], [SetLeverage("BTCUSDT", 5, 500)])
        box.executor.offer(STARTED)
        await box.live(1_000)
        return box.venue.named("set_leverage"), box.core.saw(ReadFailed)

    assert run_virtual(main) == ([], [ReadFailed("leverage", "BTCUSDT", "not durable after 500 ms")])


def test_requests_beyond_the_bound_never_leave_and_protection_has_a_reserve(tmp_path, script, monkeypatch):
    monkeypatch.setattr(perform, "IN_FLIGHT_MAX", 2)
    monkeypatch.setattr(perform, "IN_FLIGHT_PROTECT_MAX", 4)
    commands = [
        *(Send(script.order(f"e{n}"), 500) for n in range(3)),
        Look("l", "BTCUSDT", False),
        Cancel("x", "BTCUSDT", False, Lane.ENTRY),
        ReadSnapshot("x"),
        *(Send(script.order(f"p{n}", Lane.PROTECT), 500) for n in range(3)),
    ]

    async def main(clock):
        box = script.box(clock, tmp_path)
        box.core.script[Started] = lambda _: ([script.noted()], commands)
        box.executor.offer(STARTED)
        box.executor._quotes = None
        box.executor._performer.quotes = lambda: None
        await box.live(100)
        return [call[2] for call in box.venue.named("send")], box.core

    left, core = run_virtual(main)
    assert left == ["e0", "e1", "p0", "p1"]
    assert [each.client_id for each in core.saw(CreateVoided)] == ["e2", "p2"]
    assert core.saw(LookedUp)[0].why == perform.BUSY
    assert core.saw(CancelAnswered)[0].answer.kind is FaultKind.REFUSED
    assert [each.why for each in core.saw(ReadFailed)] == [perform.BUSY]


class Crash(Exception):
    pass


@pytest.mark.parametrize(
    ("point", "rows", "sends"),
    [("commit.before", 0, 0), ("commit.after", 2, 0), ("send.before", 2, 0), ("send.after", 2, 1)],
)
def test_a_crash_at_a_point_leaves_what_a_kill_would_leave(tmp_path, script, point, rows, sends):
    boxes = []

    def probe(name):
        if name == point:
            crash = Crash(name)
            boxes[0].executor.sever(crash)
            raise crash

    async def main(clock):
        boxes.append(box := script.box(clock, tmp_path, probe=probe))
        box.core.script[Started] = sending(script, script.order())
        box.core.script[CreateAnswered] = lambda _: ([script.noted("never")], [])
        box.executor.offer(STARTED)
        running = asyncio.create_task(box.executor.run())
        await clock.sleep_ms(200)
        await running

    with pytest.raises(Crash):
        run_virtual(main)
    with open_reader(tmp_path / "journal.db") as reader:
        assert reader.last_seq() == rows
    assert len(boxes[0].venue.named("send")) == sends
    assert not boxes[0].core.saw(CreateAnswered)

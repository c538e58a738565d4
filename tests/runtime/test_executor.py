"""The executor's loop: order of inputs, what is journaled, time, gaps, ends."""

from __future__ import annotations

import asyncio

import pytest

from hedgectl.core.model.command import MeasureClock, Wake
from hedgectl.core.model.input import ClockMeasured, QuotesTaken, ReadFailed, Started, StreamChanged, Tick
from hedgectl.runtime import executor as executor_room
from hedgectl.runtime import perform
from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS
from hedgectl.runtime.loop import run_virtual
from hedgectl.store.reader import open_reader
from hedgectl.store.rows import given_of

STARTED = Started("r1", "1.0", "box", "s1")


def test_an_input_with_notes_is_journaled_first_with_what_it_used(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.core.script[Started] = lambda _: ([script.noted("a"), script.noted("b")], [])
        box.executor.offer(STARTED)
        await box.live(100)

    run_virtual(main)
    with open_reader(tmp_path / "journal.db") as reader:
        rows = reader.tail(10)
    assert [row[2] for row in rows] == ["in.Started", "alert", "alert"]
    assert {row[1] for row in rows} == {VIRTUAL_EPOCH_MS}
    assert [row[3:5] for row in rows] == [("cor-1", "BTCUSDT")] * 3
    given, used, now = given_of(rows[0][2], rows[0][5])
    assert given == STARTED
    assert used == {"mark": "1.50"}
    assert (now.mono_ms, now.wall_ms) == (0, VIRTUAL_EPOCH_MS)


def test_an_input_without_notes_leaves_no_row(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.executor.offer(STARTED)
        await box.live(5_000)
        return box.journal.last_seq, len(box.core.saw(Tick))

    assert run_virtual(main) == (0, 4)


def test_ticks_come_each_second_and_at_each_wake(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.core.script[Started] = lambda _: ([], [Wake(300), Wake(2_050), Wake(300), Wake(10)])
        box.executor.offer(STARTED)
        await box.live(3_500)
        return [now.mono_ms for given, now in box.core.seen if isinstance(given, Tick)], box.beats

    assert run_virtual(main) == ([10, 300, 1_000, 2_000, 2_050, 3_000], 6)


def test_quotes_are_polled_and_never_twice_at_once(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.venue.lag_ms = 1_700
        await box.live(7_500)
        return [call[0] for call in box.venue.named("quotes")], len(box.core.saw(QuotesTaken))

    assert run_virtual(main) == ([0, 2_000, 4_000, 6_000], 3)


def test_stream_messages_come_in_order_and_one_that_cannot_be_read_is_a_gap(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        for raw in (b"a b", b"?", b"c"):
            box.executor.offer_stream(raw, 7)
        await box.live(10)
        return [given for given, _ in box.core.seen]

    seen = run_virtual(main)
    assert seen[:2] == [ReadFailed("a", "", "7"), ReadFailed("b", "", "7")]
    assert seen[2] == StreamChanged(False, "undecodable: no such event")
    assert seen[3].up
    assert seen[4] == ReadFailed("c", "", "7")


def test_a_full_queue_refuses_intents_and_tells_a_lost_stream_event_as_a_gap(tmp_path, script, monkeypatch):
    monkeypatch.setattr(executor_room, "QUEUE_MAX", 2)

    async def main(clock):
        box = script.box(clock, tmp_path)
        taken = [box.executor.offer(STARTED) for _ in range(3)]
        box.executor.offer_stream(b"lost", 7)
        await box.live(10)
        return taken, box.core.saw(ReadFailed), box.core.saw(StreamChanged)

    taken, read, changes = run_virtual(main)
    assert taken == [True, True, False]
    assert read == []
    assert [change.up for change in changes] == [False, True]


def test_exchange_time_follows_the_measured_offset_and_not_the_wall(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.core.script[Started] = lambda _: ([], [MeasureClock("start")])
        box.executor.offer(STARTED)
        running = asyncio.create_task(box.executor.run())
        await clock.sleep_ms(500)
        box.venue.lag_ms = 2_500  # longer than a tick: the answer is still out when the next tick looks
        before = box.executor.exchange.now_ms() - VIRTUAL_EPOCH_MS
        clock.jump_wall(-3_600_000)
        after = box.executor.exchange.now_ms() - VIRTUAL_EPOCH_MS
        await clock.sleep_ms(4_000)
        await box.executor.close()
        await running
        return before, after, box.venue.named("clock"), len(box.core.saw(ClockMeasured))

    before, after, asked, measured = run_virtual(main)
    assert (before, after) == (750, 750)
    assert [call[0] for call in asked] == [0, 1_000]  # the step is noticed at the next second, and asked about once
    assert measured == 2


def test_a_flood_of_inputs_leaves_turns_to_others(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        for _ in range(1_000):
            box.executor.offer(STARTED)
        running = asyncio.create_task(box.executor.run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        handled = box.executor.handled
        await box.executor.close()
        await running
        return handled

    assert run_virtual(main) <= 2 * executor_room.BURST_MAX


def test_what_a_request_raises_ends_the_run(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.venue.failing = KeyError("a defect")
        await box.executor.run()

    with pytest.raises(KeyError, match="a defect"):
        run_virtual(main)


def test_observers_are_told_afterwards_and_one_that_raises_harms_nobody(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        clock.loop.set_exception_handler(lambda loop, context: None)
        box.core.script[Tick] = lambda _: ([script.noted()], [])
        told = []

        def broken(notes, now):
            raise ZeroDivisionError

        box.executor.observe("broken", broken)
        box.executor.observe("good", lambda notes, now: told.append((len(notes), now.mono_ms)))
        await box.live(5_500)
        return told, [observer.dropped for observer in box.executor.observers]

    told, dropped = run_virtual(main)
    assert told == [(1, 1_000), (1, 2_000), (1, 3_000), (1, 4_000), (1, 5_000)]
    assert dropped == ["raised", ""]


def test_closing_cancels_what_is_in_flight_and_nothing_is_fed_afterwards(tmp_path, script):
    async def main(clock):
        box = script.box(clock, tmp_path)
        box.venue.lag_ms = 10_000
        box.core.script[Started] = lambda _: ([], [MeasureClock("start")])
        box.executor.offer(STARTED)
        await box.live(100)
        handled = box.executor.handled
        assert box.executor.in_flight == 0
        assert not box.executor.offer(STARTED)
        await clock.sleep_ms(60_000)
        return handled, box.executor.handled

    assert run_virtual(main) == (1, 1)


def test_once_stopped_nothing_more_is_handled_not_even_what_the_last_decision_caused(tmp_path, script, monkeypatch):
    monkeypatch.setattr(perform, "IN_FLIGHT_MAX", 0)

    async def main(clock):
        box = script.box(clock, tmp_path)

        def last(_):
            box.executor.stop()
            return [], [MeasureClock("answered at once: too many in flight")]

        box.core.script[Started] = last
        box.executor.offer(STARTED)
        box.executor.offer(STARTED)
        await box.executor.run()
        return len(box.core.seen)

    assert run_virtual(main) == 1


def test_equal_lives_have_equal_hashes(tmp_path, script):
    async def main(clock, folder, mark):
        box = script.box(clock, folder)
        box.core.script[Tick] = lambda _: ([script.noted(mark)], [])
        await box.live(5_000)
        return box.journal.hash()

    first = run_virtual(lambda clock: main(clock, tmp_path / "a", "x"))
    assert first == run_virtual(lambda clock: main(clock, tmp_path / "b", "x"))
    assert first != run_virtual(lambda clock: main(clock, tmp_path / "c", "y"))

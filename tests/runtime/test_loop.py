"""Virtual time: jumps, hooks, order, and everything it refuses."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from hedgectl.runtime import loop as loop_room
from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS
from hedgectl.runtime.loop import VirtualTimeError, run_virtual


def test_a_year_of_sleep_takes_no_time_and_no_error_gathers():
    async def main(clock):
        for _ in range(1_000):
            await clock.sleep_ms(31_536_001)
        return clock.mono_ms(), clock.wall_ms()

    assert run_virtual(main) == (31_536_001_000, VIRTUAL_EPOCH_MS + 31_536_001_000)


def test_the_hook_runs_before_each_jump_and_what_it_wakes_runs_before_time_moves():
    async def main(clock):
        loop = clock.loop
        durable = loop.create_future()
        hooked = []

        def commit():
            hooked.append(clock.mono_ms())
            if not durable.done():
                durable.set_result(None)

        loop.before_jump = commit
        other = asyncio.create_task(clock.sleep_ms(10))
        await durable
        woken_at = clock.mono_ms()
        await other
        return woken_at, hooked

    assert run_virtual(main) == (0, [0, 0])


def test_timers_keep_their_order_and_time_never_goes_back():
    async def main(clock):
        seen = []

        async def one(ms):
            await clock.sleep_ms(ms)
            seen.append((clock.mono_ms(), ms))

        await asyncio.gather(*(one(ms) for ms in (30, 10, 20, 10)))
        return seen

    assert run_virtual(main) == [(10, 10), (10, 10), (20, 20), (30, 30)]


def test_a_timer_that_is_due_is_not_starved_by_a_task_that_spins():
    async def main(clock):
        fired = []
        clock.loop.call_later(0, fired.append, True)
        while not fired:
            await asyncio.sleep(0)
        return clock.mono_ms()

    assert run_virtual(main) == 0


def test_timeouts_work_and_their_cancelled_timers_are_dropped():
    async def main(clock):
        for _ in range(1_000):
            async with asyncio.timeout(3_600):
                await clock.sleep_ms(1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await clock.sleep_ms(2_000)
        return clock.mono_ms(), len(clock.loop._timers)

    at_ms, left = run_virtual(main)
    assert at_ms == 2_000
    assert left < 200


def test_cancelled_sleeps_are_neither_kept_nor_jumped_to():
    async def main(clock):
        for _ in range(1_000):
            sleeping = asyncio.create_task(clock.sleep_ms(3_600_000))
            await clock.sleep_ms(1)
            sleeping.cancel()
            await asyncio.wait([sleeping])
        kept = len(clock.loop._timers)
        soon = asyncio.create_task(clock.sleep_ms(5))
        await clock.sleep_ms(1)
        soon.cancel()
        await clock.sleep_ms(10)
        return clock.mono_ms(), kept

    at_ms, kept = run_virtual(main)
    assert at_ms == 1_011
    assert kept < 200


def test_a_callback_that_raises_is_told_and_the_loop_lives_on():
    async def main(clock):
        told = []
        clock.loop.set_exception_handler(lambda loop, context: told.append(context["exception"]))
        clock.loop.call_soon(int, "no number")
        await clock.sleep_ms(1)
        return told, clock.mono_ms()

    told, at_ms = run_virtual(main)
    assert [type(each) for each in told] == [ValueError]
    assert at_ms == 1


def test_nothing_left_to_happen_is_an_error_that_names_who_waits():
    async def main(clock):
        asyncio.current_task().set_name("the main")
        await clock.loop.create_future()

    with pytest.raises(VirtualTimeError, match="waiting: the main"):
        run_virtual(main)


def test_spinning_without_time_is_an_error(monkeypatch):
    monkeypatch.setattr(loop_room, "TURNS_MAX", 1_000)

    async def main(clock):
        while True:
            await asyncio.sleep(0)

    with pytest.raises(VirtualTimeError, match="spins"):
        run_virtual(main)


async def _thread(loop):
    await asyncio.to_thread(int)


async def _connection(loop):
    await asyncio.open_connection("127.0.0.1", 9)


async def _server(loop):
    await asyncio.start_unix_server(lambda r, w: None, "x")


async def _reader(loop):
    left, right = socket.socketpair()
    with left, right:
        loop.add_reader(left, print)


async def _process(loop):
    await asyncio.create_subprocess_exec("true")


async def _signal(loop):
    loop.add_signal_handler(1, print)


@pytest.mark.parametrize("use", [_thread, _connection, _server, _reader, _process, _signal])
def test_threads_sockets_processes_and_signals_are_refused(use):
    async def main(clock):
        await use(clock.loop)

    with pytest.raises(VirtualTimeError, match="no threads, sockets"):
        run_virtual(main)


def test_another_thread_may_not_call_in():
    async def main(clock):
        caught = []

        def call():
            try:
                clock.loop.call_soon_threadsafe(print)
            except VirtualTimeError as wrong:
                caught.append(str(wrong))

        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        return caught

    assert len(run_virtual(main)) == 1


def test_equal_programs_interleave_equally():
    async def main(clock):
        trace = []

        async def worker(name):
            for turn in range(5):
                await clock.sleep_ms((name * 7 + turn * 3) % 11)
                trace.append((clock.mono_ms(), name))

        await asyncio.gather(*(worker(name) for name in range(9)))
        return trace

    assert run_virtual(main) == run_virtual(main)


def test_a_wall_jump_moves_stamps_and_no_timer():
    async def main(clock):
        clock.jump_wall(-5_000)
        await clock.sleep_ms(1_000)
        return clock.mono_ms(), clock.wall_ms() - VIRTUAL_EPOCH_MS

    assert run_virtual(main) == (1_000, -4_000)

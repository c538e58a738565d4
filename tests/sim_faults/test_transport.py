"""The way to the box: latency, what outlives its caller, time for the box, and nothing at all when nothing is asked."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from hedgectl.sim.faults.flight import TransportFault
from hedgectl.sim.http import Request
from hedgectl.sim.transport import FINE_MS, UNDER_WAY_MAX, _latency


def test_without_latency_and_faults_a_request_is_one_call(stage, order):
    """No task, no timer, not even a turn of the loop: the coroutine ends at its first step."""
    it = stage()
    asking = it.way.request(order, 8000)
    with pytest.raises(StopIteration) as done:
        asking.send(None)
    assert done.value.value.status == 200
    assert it.time.sleeps == 0


def test_latency_is_paid_each_way(stage, run, order):
    it = stage(latency_ms=(20, 60))
    for _ in range(50):
        began = it.time.now
        run(it.ask(order))
        out_ms = it.box.seen[-1][0] - began
        back_ms = it.time.now - began - out_ms
        assert 20 <= out_ms <= 60
        assert 20 <= back_ms <= 60
    outs = {at for at, _ in it.box.seen}
    assert len(outs) == 50


def test_a_seed_draws_the_latencies_that_randint_draws():
    for least, most in ((10, 30), (5, 5), (0, 63), (1, 64)):
        drawn, known = _latency((least, most), Random(7)), Random(7)
        assert [drawn() for _ in range(200)] == [known.randint(least, most) for _ in range(200)]


def test_a_way_longer_than_the_timeout_is_a_timeout_and_the_request_still_arrives(stage, run, order):
    it = stage(latency_ms=500)

    async def story():
        with pytest.raises(TransportFault) as caught:
            await it.ask(order, 300)
        assert (caught.value.kind, caught.value.sent) == ("read_timeout", True)
        assert it.passed_ms == 300
        assert it.box.seen == []
        await it.time.pass_ms(1000)
        assert [at - it.time.now + it.passed_ms for at, _ in it.box.seen] == [500]

    run(story())


def test_a_reply_that_would_come_after_the_timeout_never_comes(stage, run, order):
    it = stage(latency_ms=200)
    with pytest.raises(TransportFault, match="read_timeout"):
        run(it.ask(order, 300))
    assert it.passed_ms == 300
    assert len(it.box.seen) == 1


def test_a_caller_that_gives_up_cannot_take_its_request_back(stage, run, order):
    it = stage(latency_ms=100)

    async def story():
        asking = asyncio.ensure_future(it.way.request(order, 8000))
        await it.time.pass_ms(40)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert it.box.seen == []
        await it.time.pass_ms(1000)
        assert [at - it.time.now + it.passed_ms for at, _ in it.box.seen] == [100]

    run(story())


def test_a_caller_that_gives_up_on_the_reply_is_served_once(stage, run, order):
    it = stage(latency_ms=100)

    async def story():
        asking = asyncio.ensure_future(it.way.request(order, 8000))
        await it.time.pass_ms(150)
        asking.cancel()
        await it.time.pass_ms(1000)

    run(story())
    assert len(it.box.seen) == 1


def test_closing_withdraws_what_is_on_the_wire(stage, run, order):
    it = stage(latency_ms=500)

    async def story():
        with pytest.raises(TransportFault):
            await it.ask(order, 300)
        await it.way.close()
        await it.time.pass_ms(1000)
        assert len(asyncio.all_tasks()) == 1

    run(story())
    assert it.box.seen == []


def test_severing_ends_the_client_s_side_and_leaves_the_wire_alone(stage, run, order):
    it = stage(latency_ms=500)
    heard = []

    async def story():
        it.way.subscribe("key", heard.append)
        it.box.pushes[0](b"1")
        with pytest.raises(TransportFault):
            await it.ask(order, 300)
        it.way.sever()
        await it.time.pass_ms(1000)
        for refused in (it.ask(order), it.ask(Request("GET", "/fapi/v1/time"))):
            with pytest.raises(TransportFault) as caught:
                await refused
            assert (caught.value.kind, caught.value.sent) == ("refused", False)
        with pytest.raises(TransportFault):
            it.way.subscribe("key", heard.append)

    run(story())
    assert len(it.box.seen) == 1
    assert heard == []
    assert it.box.pushes == []


def test_a_reply_on_its_way_does_not_reach_a_severed_client(stage, run, order):
    it = stage(latency_ms=100)

    async def story():
        asking = asyncio.ensure_future(it.way.request(order, 8000))
        await it.time.pass_ms(150)
        it.way.sever()
        with pytest.raises(TransportFault, match="reset"):
            await it.time.until(asking)

    run(story())
    assert len(it.box.seen) == 1


def test_a_restarted_client_meets_the_same_world(stage, order):
    old = stage({"lag_order": 1.0, "clock_jump": 60.0})
    new = stage(profile=old.profile, box=old.box, director=old.way.director)
    assert new.way.director is old.way.director
    assert old.profile.fired == {"lag_order": 1}


def test_the_wire_holds_a_bounded_number_of_orphans(stage, run, order):
    it = stage(latency_ms=500)

    async def story():
        asking = [asyncio.ensure_future(it.way.request(order, 300)) for _ in range(UNDER_WAY_MAX + 5)]
        await it.time.pass_ms(2000)
        await asyncio.gather(*asking, return_exceptions=True)

    run(story())
    assert len(it.box.seen) == UNDER_WAY_MAX
    assert it.profile.fired["wire_overflow"] == 5


def driven(stage, run, *, ms, due_every=None, resting=False, listens=False, drive_ms=1000):
    it = stage(drive_ms=drive_ms)
    box = it.box
    box.resting = [object()] if resting else []
    if due_every:
        box.next_ms = lambda: (it.time.now // due_every + 1) * due_every

    async def story():
        if listens:
            it.way.subscribe("key", lambda raw: None)
        driving = asyncio.ensure_future(it.way.drive())
        await it.time.pass_ms(ms)
        it.way.sever()
        await it.time.pass_ms(drive_ms)
        await driving

    run(story())
    return [at - it.time.now + it.passed_ms for at in box.advanced if at - it.time.now + it.passed_ms <= ms]


def test_a_box_where_nothing_rests_is_woken_once_per_drive(stage, run):
    assert driven(stage, run, ms=5000, due_every=20) == [0, 1000, 2000, 3000, 4000, 5000]
    assert driven(stage, run, ms=5000, due_every=20, listens=True) == [0, 1000, 2000, 3000, 4000, 5000]
    assert driven(stage, run, ms=5000, due_every=20, resting=True) == [0, 1000, 2000, 3000, 4000, 5000]
    assert driven(stage, run, ms=1000, drive_ms=250) == [0, 250, 500, 750, 1000]


def test_a_resting_order_somebody_hears_about_is_served_in_time(stage, run):
    assert driven(stage, run, ms=100, due_every=20, resting=True, listens=True) == [0, 20, 40, 60, 80, 100]


def test_even_then_a_wild_market_wakes_nobody_more_often_than_a_bound(stage, run):
    wakes = driven(stage, run, ms=100, due_every=1, resting=True, listens=True)
    assert wakes == list(range(0, 101, FINE_MS))


def test_the_same_seed_is_the_same_way(stage, run, order, orders):
    rates = {"reply_lost": 0.2, "accepted_late": 0.2, "body_truncated": 0.2, "partial_snapshot": 0.1}

    def story(seed):
        it = stage(rates, seed=seed, latency_ms=(5, 90))
        out = []
        for i in range(80):
            try:
                reply = run(it.ask(order if i % 2 else orders()))
                out.append((it.passed_ms, reply.body))
            except TransportFault as fault:
                out.append((it.passed_ms, fault.kind))
        return out, [at for at, _ in it.box.seen], it.profile.fired

    assert story(5) == story(5)
    assert story(5) != story(6)

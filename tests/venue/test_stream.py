"""The user stream: keys, renewal, and every gap said aloud, in virtual time; the box and a real WebSocket beneath."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from aiohttp import web

from hedgectl.core.model.input import OrderUpdated, PositionsUpdated, ReadFailed, StreamChanged
from hedgectl.runtime.clock import RealClock
from hedgectl.venue.decode import decode_event
from hedgectl.venue.environment import Environment
from hedgectl.venue.limits import StreamLimits
from hedgectl.venue.stream import Session
from hedgectl.venue.streams import BoxStream, WebSocketStream

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


class Keys:
    """Listen keys that a test can break."""

    def __init__(self) -> None:
        self.created = 0
        self.kept = 0
        self.deleted = 0
        self.keep_failure = ""
        self.create_failures = 0

    async def create_listen_key(self):
        if self.create_failures:
            self.create_failures -= 1
            return ReadFailed("listen_key", "", "503")
        self.created += 1
        return f"key-{self.created}"

    async def keep_listen_key(self):
        self.kept += 1
        return ReadFailed("listen_key", "", self.keep_failure) if self.keep_failure else "key"

    async def delete_listen_key(self):
        self.deleted += 1


class Line:
    """A `connect` that a test holds the other end of."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.closed = 0
        self.refusal = ""
        self.push = self.alive = self.gone = None

    async def __call__(self, listen_key, push, alive, gone):
        self.keys.append(listen_key)
        self.push, self.alive, self.gone = push, alive, gone
        return self.refusal or self

    async def close(self):
        self.closed += 1


class Ear:
    """Runs a session and hears what it says."""

    def __init__(self, desk, limits=None) -> None:
        self.desk, self.keys, self.line = desk, Keys(), Line()
        self.raw: list[tuple[bytes, int]] = []
        self.changes: list[StreamChanged] = []
        self.session = Session(self.keys, self.line, desk.clock, Random(1), limits)

    @property
    def ups(self):
        return [change.up for change in self.changes]

    def wait(self, ms):
        async def life():
            if not hasattr(self, "task"):
                self.task = asyncio.ensure_future(
                    self.session.run(lambda raw, at_ms: self.raw.append((raw, at_ms)), self.changes.append)
                )
            await self.desk.clock.sleep_ms(ms)

        self.desk.run(life())


@pytest.fixture
def ear(make_desk):
    made = []

    def make(limits=None):
        made.append(Ear(make_desk(), limits))
        return made[-1]

    yield make
    for each in made:
        each.desk.run(each.session.close())
        each.wait(MINUTE_MS)
        assert each.task.done()
        assert each.keys.deleted >= 1


def test_events_come_raw_with_their_time_and_the_last_ones_are_kept(ear):
    heard = ear(StreamLimits(ring_max=2))
    heard.wait(1000)
    for raw in (b"1", b"2", b"3"):
        heard.line.push(raw)
    assert heard.raw == [(b"1", 1000), (b"2", 1000), (b"3", 1000)]
    assert [raw for _, raw in heard.session.ring] == [b"2", b"3"]
    assert heard.changes == [StreamChanged(True, "subscribed")]


def test_the_key_is_kept_alive_every_20_minutes(ear):
    heard = ear(StreamLimits(silence_ms_max=10 * HOUR_MS))
    heard.wait(61 * MINUTE_MS)
    assert (heard.keys.kept, heard.keys.created) == (3, 1)


def test_a_disconnect_is_a_gap_and_the_stream_comes_back_after_a_backoff(ear):
    heard = ear()
    heard.wait(1000)
    heard.line.gone("disconnected")
    heard.wait(0)
    assert heard.changes[-1] == StreamChanged(False, "disconnected")
    heard.wait(1000)
    assert heard.ups == [True, False, True]
    assert (heard.line.keys, heard.line.closed) == (["key-1", "key-2"], 1)


def test_a_long_lived_stream_is_renewed_at_once(ear):
    heard = ear()
    heard.wait(5 * MINUTE_MS)
    heard.line.gone("disconnected")
    heard.wait(0)
    assert heard.ups == [True, False, True]


def test_a_flapping_stream_backs_off(ear):
    heard = ear()
    for _ in range(400):
        heard.wait(100)
        if heard.session.up:
            heard.line.gone("disconnected")
    assert 4 < len(heard.line.keys) < 12


@pytest.mark.parametrize("ms", [9 * MINUTE_MS, 11 * MINUTE_MS])
def test_silence_past_its_limit_is_a_gap(ear, ms):
    heard = ear()
    heard.wait(ms)
    assert (False in heard.ups) is (ms > StreamLimits().silence_ms_max)


def test_a_heartbeat_is_no_silence(ear):
    heard = ear()
    for _ in range(30):
        heard.wait(MINUTE_MS)
        heard.line.alive()
    assert heard.ups == [True]


def test_the_connection_is_renewed_before_its_24_hours_end(ear):
    heard = ear(StreamLimits(silence_ms_max=100 * HOUR_MS))
    heard.wait(23 * HOUR_MS + 1)
    assert heard.ups == [True, False, True]
    assert "24 hours" in heard.changes[1].why


def test_a_key_that_is_gone_is_made_anew(ear):
    heard = ear(StreamLimits(silence_ms_max=100 * HOUR_MS))
    heard.keys.keep_failure = "PUT listenKey: 400 -1125 gone"
    heard.wait(20 * MINUTE_MS + 1)
    assert heard.ups == [True, False, True]
    assert "-1125" in heard.changes[1].why
    assert heard.keys.created == 2


def test_a_failed_keepalive_is_tried_again_soon_and_is_no_gap(ear):
    heard = ear(StreamLimits(silence_ms_max=100 * HOUR_MS))
    heard.keys.keep_failure = "PUT listenKey: reset"
    heard.wait(20 * MINUTE_MS + 1)
    heard.keys.keep_failure = ""
    heard.wait(MINUTE_MS)
    assert (heard.keys.kept, heard.ups) == (2, [True])


def test_an_expired_key_is_a_gap_and_its_event_is_handed_on(ear):
    heard = ear()
    heard.wait(1000)
    heard.line.push(b'{"e":"listenKeyExpired","E":1}')
    heard.wait(1000)
    assert heard.ups == [True, False, True]
    assert len(heard.raw) == 1


def test_suspicion_subscribes_anew(ear):
    heard = ear()
    heard.wait(1000)
    heard.session.suspect("a REST fact was not seen")
    heard.wait(1000)
    assert heard.changes[1] == StreamChanged(False, "a REST fact was not seen")
    assert heard.ups == [True, False, True]


def test_an_outage_is_said_once_and_ends_when_it_ends(ear):
    heard = ear()
    heard.keys.create_failures = 5
    heard.wait(MINUTE_MS)
    assert heard.ups == [False, True]
    assert "no listen key" in heard.changes[0].why


def test_a_refused_subscription_is_down_not_up(ear):
    heard = ear()
    heard.line.refusal = "the listen key is not alive"
    heard.wait(1000)
    assert heard.changes == [StreamChanged(False, "the listen key is not alive")]


def test_cancelling_ends_the_feed(ear):
    heard = ear()
    heard.wait(1000)
    heard.task.cancel()
    heard.wait(0)
    assert (heard.line.closed, heard.session.up) == (1, False)


def test_the_box_streams_a_fill_in_process(make_desk):
    desk = make_desk().boxed()
    heard: list[bytes] = []
    session = Session(desk.venue, BoxStream(desk.wire), desk.clock, Random(1))

    async def life():
        task = asyncio.ensure_future(session.run(lambda raw, at_ms: heard.append(raw), lambda change: None))
        await desk.clock.sleep_ms(10)
        await desk.venue.send(desk.prepared())
        await desk.clock.sleep_ms(10)
        await session.close()
        await task

    desk.run(life())
    seen = [decode_event(raw) for raw in heard]
    fills = [each.trade for each in seen if isinstance(each, OrderUpdated) and each.trade]
    assert fills
    assert {fill.client_id for fill in fills} == {desk.prepared().client_id}
    assert any(isinstance(each, PositionsUpdated) for each in seen)


def test_the_box_ends_a_stream_whose_key_expired(make_desk):
    desk = make_desk().boxed()
    changes: list[StreamChanged] = []
    session = Session(desk.venue, BoxStream(desk.wire), desk.clock, Random(1))

    async def life():
        task = asyncio.ensure_future(session.run(lambda raw, at_ms: None, changes.append))
        await desk.clock.sleep_ms(10)
        await desk.venue.delete_listen_key()
        await desk.clock.sleep_ms(5000)
        await session.close()
        await task

    desk.run(life())
    assert [change.up for change in changes] == [True, False, True]
    assert changes[1].why == "listen key expired"


def websocket_life(serve, limits, seconds=2.0):
    """A Session over a real socket whose server behaves as `serve`, until three changes were heard."""
    changes: list[StreamChanged] = []
    heard: list[bytes] = []

    async def life():
        async def handler(request):
            socket = web.WebSocketResponse(autoping=False)
            await socket.prepare(request)
            await serve(socket, request)
            return socket

        app = web.Application()
        app.add_routes([web.get("/private/ws", handler)])
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stream = WebSocketStream(Environment.SIM, limits, f"http://127.0.0.1:{runner.addresses[0][1]}")
        session = Session(Keys(), stream, RealClock(), Random(1), limits)
        enough = asyncio.Event()

        def on_change(change):
            changes.append(change)
            if len(changes) >= 2:
                enough.set()

        task = asyncio.ensure_future(session.run(lambda raw, at_ms: heard.append(raw), on_change))
        await asyncio.wait_for(enough.wait(), seconds)
        await session.close()
        await task
        await runner.cleanup()

    asyncio.run(life())
    return changes, heard


def test_a_websocket_brings_events_and_its_end_is_a_gap():
    keys = []

    async def serve(socket, request):
        keys.append(request.query["listenKey"])
        await socket.send_str('{"e":"A"}')
        await socket.send_bytes(b'{"e":"B"}')
        await socket.close()

    changes, heard = websocket_life(serve, StreamLimits())
    assert [change.up for change in changes[:2]] == [True, False]
    assert changes[1].why.startswith("disconnected")
    assert heard[:2] == [b'{"e":"A"}', b'{"e":"B"}']
    assert keys[0] == "key-1"


def test_a_websocket_that_answers_no_ping_is_dead():
    async def serve(socket, request):
        await socket.receive()  # the ping, left unanswered
        await socket.receive()

    changes, _ = websocket_life(serve, StreamLimits(heartbeat_ms=60))
    assert changes[1] == StreamChanged(False, "heartbeat unanswered")


def test_nobody_at_the_socket_is_a_reason_without_the_key():
    limits = StreamLimits()
    stream = WebSocketStream(Environment.SIM, limits, "http://127.0.0.1:1")
    why = asyncio.run(stream("5ecretlistenkey5ecretlistenkey", lambda raw: None, lambda: None, lambda why: None))
    assert isinstance(why, str)
    assert "5ecret" not in why

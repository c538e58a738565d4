"""The box over real loopback: REST, both stream addresses, and a market that moves while nobody asks."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from hedgectl.sim.faults.flight import TransportFault
from hedgectl.sim.http import Response
from hedgectl.sim.server import REQUEST_BYTES_MAX, NotLoopback, serve

KEY = {"X-MBX-APIKEY": "sim"}


@pytest.fixture
async def served(desk):
    """The desk's box behind a free port, and a client session."""
    box = await serve(desk.box, port=0, now_ms=lambda: desk.now_ms)
    async with aiohttp.ClientSession() as session:
        yield desk, box, session
    await box.close()


async def test_rest_speaks_the_same_wire(served):
    desk, box, session = served
    request = desk.request("POST", "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
    form = KEY | {"Content-Type": "application/x-www-form-urlencoded"}
    async with session.post(box.url + request.path, data=request.body, headers=form) as reply:
        assert (reply.status, (await reply.json())["status"]) == (200, "NEW")
        assert reply.headers["X-MBX-ORDER-COUNT-10S"] == "1"
    request = desk.request("GET", "/fapi/v1/openOrders", symbol="测试USDT")
    url = aiohttp.client.URL(f"{box.url}{request.path}?{request.query}", encoded=True)
    async with session.get(url, headers=KEY) as reply:
        assert (reply.status, (await reply.json())["code"]) == (400, -1121)


@pytest.mark.parametrize("address", ["/ws/{}", "/private/ws?listenKey={}"])
async def test_user_stream_delivers_events_as_text(served, address):
    desk, box, session = served
    async with session.post(f"{box.url}/fapi/v1/listenKey", headers=KEY) as reply:
        key = (await reply.json())["listenKey"]
    async with session.ws_connect(box.url + address.format(key)) as socket:
        desk.order(price="60000")
        message = await socket.receive(timeout=5)
        assert json.loads(message.data)["e"] == "ORDER_TRADE_UPDATE"


async def test_an_unknown_listen_key_is_shown_the_door(served):
    _, box, session = served
    async with session.ws_connect(f"{box.url}/ws/nothing") as socket:
        message = await socket.receive(timeout=5)
        assert (message.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 1008)


async def test_time_drives_the_box_while_nobody_asks(served):
    desk, box, session = served
    async with session.post(f"{box.url}/fapi/v1/listenKey", headers=KEY) as reply:
        key = (await reply.json())["listenKey"]
    async with session.ws_connect(f"{box.url}/ws/{key}") as socket:
        desk.order(price="60000")
        request = desk.request("POST", "/fapi/v1/countdownCancelAll", symbol="BTCUSDT", countdownTime=20)
        await (await session.post(box.url + request.path, data=request.body, headers=KEY)).read()
        assert json.loads((await socket.receive(timeout=5)).data)["o"]["X"] == "NEW"
        desk.now_ms += 20
        assert json.loads((await socket.receive(timeout=5)).data)["o"]["X"] == "CANCELED"


async def test_a_request_too_large_is_refused(served):
    _, box, session = served
    async with session.post(f"{box.url}/fapi/v1/order", data="a=" + "x" * REQUEST_BYTES_MAX) as reply:
        assert reply.status == 413


NOISE = [
    b"\x16\x03\x01 SECRETKEY\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-MBX-APIKEY: SECRETKEY\x00\r\n\r\n",
    b"GET /?signature=SECRETKEY" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    b"POST /fapi/v1/order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzzSECRETKEY\r\n",
    b"POST /fapi/v1/order HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nSECRETKEY",
    b"POST /fapi/v1/order HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nSECRETKEY",
    b"GET /private/ws?listenKey=SECRETKEY HTTP/1.1\r\nHost: x\r\n\r\n",
]


@pytest.mark.parametrize("noise", NOISE)
async def test_noise_is_repeated_to_nobody_and_the_next_one_is_served(served, noise, caplog):
    _, box, session = served
    reader, writer = await asyncio.open_connection("127.0.0.1", box.port)
    writer.write(noise)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    async with session.get(f"{box.url}/fapi/v1/ping") as reply:
        assert reply.status == 200
    assert answer[:12] in (b"HTTP/1.0 400", b"HTTP/1.1 400", b"HTTP/1.1 500", b"")
    assert [each.getMessage() for each in caplog.records if each.levelname in ("WARNING", "ERROR")] == []


async def test_a_defect_of_the_exchange_is_still_loud(served, monkeypatch, caplog):
    desk, box, session = served
    monkeypatch.setattr(desk.box, "handle", lambda request, now_ms: 1 / 0)
    async with session.get(f"{box.url}/fapi/v1/ping") as reply:
        assert reply.status == 500
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", ""])
async def test_other_machines_are_not_served(desk, host):
    with pytest.raises(NotLoopback, match="loopback only"):
        await serve(desk.box, host=host, port=0, now_ms=lambda: desk.now_ms)


async def test_faults_may_stand_between_http_and_the_box(desk):
    async def teapot(request):
        if request.path == "/drop":
            raise TransportFault("reset", sent=True)
        return Response(418, {"X-Path": request.path}, request.query.encode())

    box = await serve(desk.box, port=0, now_ms=lambda: desk.now_ms, transport=teapot)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{box.url}/fapi/v1/ping?a=%2B") as reply:
            assert (reply.status, reply.headers["X-Path"], await reply.text()) == (418, "/fapi/v1/ping", "a=%2B")
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"{box.url}/drop")
    await box.close()


async def test_a_box_that_breaks_is_not_silent(desk, monkeypatch):
    def broken(now_ms):
        raise ZeroDivisionError

    monkeypatch.setattr(desk.box, "advance", broken)
    monkeypatch.setattr(desk.box, "next_ms", lambda: desk.now_ms)
    box = await serve(desk.box, port=0, now_ms=lambda: desk.now_ms)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(box.watch(), 5)
    await box.close()


async def test_closing_ends_streams_and_frees_the_port(desk):
    box = await serve(desk.box, port=0, now_ms=lambda: desk.now_ms)
    key = desk.ask("POST", "/fapi/v1/listenKey", signed=False).body["listenKey"]
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{box.url}/ws/{key}") as socket:
        await box.close()
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
    await box.close()
    assert desk.exchange.on_user_event is None
    again = await serve(desk.box, port=box.port, now_ms=lambda: desk.now_ms)
    await asyncio.wait_for(again.close(), 5)

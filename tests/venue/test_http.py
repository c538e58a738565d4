"""Real sockets on loopback: each way a connection dies becomes its FaultKind; only three of them say "never left"."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from hedgectl.core.model.reply import Fault, FaultKind, Reply
from hedgectl.venue import transport as limits
from hedgectl.venue.environment import Environment
from hedgectl.venue.transports import aiohttp_
from hedgectl.venue.transports.aiohttp_ import Http, fault_kind

URL = "https://fapi.binance.com/fapi/v1/order?symbol=X&signature=5ecretc4nary00"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def ask(serve: Serve, *, method: str = "GET", body: str | None = None, timeout_ms: int = 2000) -> Reply | Fault:
    """One request to a server whose behaviour is `serve` (called with the request head read)."""

    async def life() -> Reply | Fault:
        handling: list[asyncio.Task[None] | None] = []

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            handling.append(asyncio.current_task())
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
            writer.close()
            await asyncio.wait([asyncio.ensure_future(writer.wait_closed())])

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        http = Http(Environment.SIM, f"http://127.0.0.1:{port}")
        try:
            return await http(method, URL, {"X-MBX-APIKEY": "k"}, body, timeout_ms)
        finally:
            await http.close()
            server.close()
            await asyncio.wait([task for task in handling if task])

    return asyncio.run(life())


def test_an_answer_comes_back_raw_with_the_headers_that_matter():
    async def serve(reader, writer):
        writer.write(HEAD + b"X-MBX-USED-WEIGHT-1M: 7\r\nRetry-After: 3\r\nDate: x\r\n")
        writer.write(b"Content-Length: 11\r\n\r\n" + '{"a": "é"}'.encode())
        await writer.drain()

    answer = ask(serve)
    assert answer == Reply(200, '{"a": "é"}', (("x-mbx-used-weight-1m", "7"), ("retry-after", "3")))


@pytest.mark.parametrize("status", [400, 418, 503])
def test_an_error_status_is_an_answer_not_a_fault(status):
    async def serve(reader, writer):
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nno".encode())

    assert ask(serve) == Reply(status, "no", ())


def test_the_path_and_the_body_arrive_untouched():
    seen = []

    async def serve(reader, writer):
        seen.append(await reader.readexactly(9))
        writer.write(HEAD + b"Content-Length: 2\r\n\r\n{}")

    assert isinstance(ask(serve, method="POST", body="a=1&b=%2C"), Reply)
    assert seen == [b"a=1&b=%2C"]


def test_nobody_listening_is_refused():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def life():
        http = Http(Environment.SIM, f"http://127.0.0.1:{port}")
        try:
            return await http("POST", URL, None, "a=1", 1000)
        finally:
            await http.close()

    fault = asyncio.run(life())
    assert fault.kind is FaultKind.REFUSED
    assert "5ecretc4nary00" not in fault.detail


def test_a_name_that_does_not_resolve_is_dns(monkeypatch):
    async def life():
        http = Http(Environment.LIVE)

        class Nowhere(aiohttp.abc.AbstractResolver):
            async def resolve(self, host, port=0, family=socket.AF_INET):
                raise OSError(None, "name resolution failed") from socket.gaierror(-2, "unknown")

            async def close(self):
                """Nothing is open."""

        http._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=Nowhere()))
        try:
            return await http("GET", URL, None, None, 1000)
        finally:
            await http.close()

    assert asyncio.run(life()).kind is FaultKind.DNS


def test_a_reset_after_the_request_is_a_reset():
    async def serve(reader, writer):
        raw = writer.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        writer.transport.abort()

    assert ask(serve, method="POST", body="a=1").kind is FaultKind.RESET


def test_a_silent_close_is_a_reset():
    async def serve(reader, writer):
        """Says nothing."""

    assert ask(serve, method="POST", body="a=1").kind is FaultKind.RESET


@pytest.mark.parametrize(
    "tail", [b'Content-Length: 500\r\n\r\n{"orderId"', b'Transfer-Encoding: chunked\r\n\r\nff\r\n{"or']
)
def test_a_body_that_breaks_off_is_a_cut_payload(tail):
    async def serve(reader, writer):
        writer.write(HEAD + tail)
        await writer.drain()

    assert ask(serve, method="POST", body="a=1").kind is FaultKind.PAYLOAD_CUT


@pytest.mark.parametrize("begun", [b"", HEAD, HEAD + b"Content-Length: 500\r\n\r\n{"])
def test_a_slow_answer_is_a_read_timeout(begun):
    async def serve(reader, writer):
        writer.write(begun)
        await writer.drain()
        await reader.read()  # until the client gives up

    fault = ask(serve, method="POST", body="a=1", timeout_ms=60)
    assert fault.kind is FaultKind.READ_TIMEOUT
    assert not fault.kind.never_left


def test_a_body_past_the_bound_is_cut(monkeypatch):
    monkeypatch.setattr(aiohttp_, "BODY_BYTES_MAX", 1000)

    async def serve(reader, writer):
        writer.write(HEAD + b"Content-Length: 5000\r\n\r\n" + b"x" * 5000)
        await writer.drain()

    assert ask(serve).kind is FaultKind.PAYLOAD_CUT
    assert limits.BODY_BYTES_MAX > 2_000_000


def test_a_redirect_is_not_followed():
    async def serve(reader, writer):
        writer.write(b"HTTP/1.1 302 X\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n")

    assert ask(serve).status == 302


def test_a_url_of_another_host_is_a_programmers_error():
    async def life():
        http = Http(Environment.LIVE)
        await http("GET", "https://api.binance.com/api/v3/account", None, None, 1000)

    with pytest.raises(ValueError, match="not an exchange of ours"):
        asyncio.run(life())


def connector_error(cls, cause):
    return cls(ConnectionKey("h", 443, True, True, None, None, None), cause)


@pytest.mark.parametrize(
    "fault, kind",
    [
        (aiohttp.ConnectionTimeoutError(), FaultKind.CONNECT_TIMEOUT),
        (connector_error(aiohttp.ClientConnectorError, TimeoutError(110, "timed out")), FaultKind.CONNECT_TIMEOUT),
        (connector_error(aiohttp.ClientConnectorError, ConnectionRefusedError(111, "no")), FaultKind.REFUSED),
        (connector_error(aiohttp.ClientConnectorDNSError, OSError(-2, "unknown")), FaultKind.DNS),
        (aiohttp.SocketTimeoutError(), FaultKind.READ_TIMEOUT),
        (aiohttp.ServerTimeoutError(), FaultKind.READ_TIMEOUT),
        (TimeoutError(), FaultKind.READ_TIMEOUT),
        (aiohttp.ServerDisconnectedError(), FaultKind.RESET),
        (aiohttp.ClientOSError(104, "reset"), FaultKind.RESET),
        (aiohttp.ClientPayloadError(), FaultKind.PAYLOAD_CUT),
        (ConnectionResetError(), FaultKind.RESET),
        (BrokenPipeError(), FaultKind.RESET),
        (aiohttp.ClientError("anything new"), FaultKind.RESET),
    ],
)
def test_every_exception_has_its_kind_and_the_default_proves_nothing(fault, kind):
    assert fault_kind(fault) is kind

"""The control socket: private, bounded, survives bad lines, replaces only what is stale."""

from __future__ import annotations

import asyncio
import socket
import stat

import orjson
import pytest

from hedgectl.runtime import control as control_room
from hedgectl.runtime.ask import LINE_BYTES_MAX, ask, find_socket
from hedgectl.runtime.control import Control, ControlBusy


async def submit(request):
    if "intent" not in request:
        raise ValueError("no intent")
    return {"seq": 7, "intent_id": request["intent"]["intent_id"]}


def serving(state, main, runtime=None):
    """Run `main(control, ask)` beside an open control; `ask` goes through a thread, as another process would."""

    async def body():
        control = Control(state, runtime or state, {"submit": submit})
        await control.open()
        try:
            return await main(control, lambda request: asyncio.to_thread(ask, state, request, 5.0))
        finally:
            await control.close()

    return asyncio.run(body())


def test_a_request_is_acknowledged_with_the_journal_seq(tmp_path):
    async def main(control, ask):
        return await ask({"do": "submit", "intent": {"intent_id": "i1"}})

    assert serving(tmp_path, main) == {"ok": True, "seq": 7, "intent_id": "i1"}


@pytest.mark.parametrize(
    "line, code",
    [
        (b"nonsense", "control.not_json"),
        (b"[1]", "control.unknown_request"),
        (b'{"do":"sell everything"}', "control.unknown_request"),
        (b'{"do":["submit"]}', "control.unknown_request"),
        (b'{"do":"submit"}', "control.bad_request"),
    ],
)
def test_a_bad_line_is_answered_and_the_connection_goes_on(tmp_path, line, code):
    async def main(control, ask):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "control.sock")
        writer.write(line + b'\n{"do":"submit","intent":{"intent_id":"next"}}\n')
        replies = [orjson.loads(await reader.readline()) for _ in range(2)]
        writer.close()
        return replies

    first, second = serving(tmp_path, main)
    assert (first["ok"], first["code"]) == (False, code)
    assert second["ok"]


def test_an_oversized_request_ends_its_connection_only(tmp_path):
    async def main(control, ask):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "control.sock")
        writer.write(b'{"do":"' + b"x" * (LINE_BYTES_MAX + 10))
        refused = orjson.loads(await reader.readline())
        ended = await reader.read()
        writer.close()
        return refused["code"], ended, (await ask({"do": "submit", "intent": {"intent_id": "i"}}))["ok"]

    assert serving(tmp_path, main) == ("control.too_large", b"", True)


def test_connections_are_bounded_and_free_up(tmp_path, monkeypatch):
    monkeypatch.setattr(control_room, "CONNECTIONS_MAX", 2)
    request = {"do": "submit", "intent": {"intent_id": "i"}}

    async def main(control, ask):
        held = [await asyncio.open_unix_connection(tmp_path / "control.sock") for _ in range(2)]
        while len(control._connections) < 2:
            await asyncio.sleep(0)
        busy = await ask(request)
        for _, writer in held:
            writer.close()
        while control._connections:
            await asyncio.sleep(0)
        return busy["code"], (await ask(request))["ok"]

    assert serving(tmp_path, main) == ("control.busy", True)


def test_a_silent_connection_is_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(control_room, "IDLE_S_MAX", 0.0)

    async def main(control, ask):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "control.sock")
        ended = await reader.read()
        writer.close()
        return ended

    assert serving(tmp_path, main) == b""


def test_the_socket_is_private_and_gone_afterwards(tmp_path):
    async def main(control, ask):
        return stat.S_IMODE((tmp_path / "control.sock").stat().st_mode)

    assert serving(tmp_path, main) == 0o600
    assert not (tmp_path / "control.sock").exists()
    with pytest.raises(ConnectionError, match="nothing runs"):
        ask(tmp_path, {"do": "status"}, 1.0)


def test_a_live_socket_is_respected_and_a_stale_one_replaced(tmp_path):
    async def main(control, ask):
        with pytest.raises(ControlBusy):
            await Control(tmp_path, tmp_path, {}).open()
        return (await ask({"do": "submit", "intent": {"intent_id": "i"}}))["ok"]

    assert serving(tmp_path, main)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "control.sock"))
    assert serving(tmp_path, main)


def test_a_long_state_folder_is_served_from_the_runtime_folder(tmp_path):
    state = tmp_path / ("long " * 20) / ("name" * 20)
    state.mkdir(parents=True)

    async def main(control, ask):
        assert find_socket(state).parent == tmp_path
        return (await ask({"do": "submit", "intent": {"intent_id": "i"}}))["ok"]

    assert serving(state, main, tmp_path)
    assert list(state.iterdir()) == []
    with pytest.raises(ConnectionRefusedError, match="nothing runs"):
        ask(state, {"do": "status"}, 1.0)
    with pytest.raises(OSError, match="longer than"):
        serving(state, main, state)


def test_an_answer_that_never_comes_is_a_timeout(tmp_path):
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "control.sock"))
        mute.listen()
        with pytest.raises(TimeoutError):
            ask(tmp_path, {"do": "status"}, 0.01)

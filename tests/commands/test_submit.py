"""Goal: a submitted intent is checked, completed and handed over once; without a run it waits in the inbox."""

from __future__ import annotations

import io
import sys
import threading

import orjson
import pytest

from hedgectl.commands.handing import complete, hand_over
from hedgectl.core.model.intent import Exit
from hedgectl.intake.inbox import Inbox
from hedgectl.intake.parse import IntakeLimits, parse_intents

NOW = 1_790_000_000_000
ENTRY = '{"symbol":"BTCUSDT","side":"BUY","notional_usdt":100}'


def intent(raw):
    return parse_intents(raw.encode(), now_ms=NOW, limits=IntakeLimits())[0].intent


@pytest.mark.parametrize(
    "raw",
    [
        ENTRY,
        '{"symbol":"BTCUSDT","action":"exit","leg":"SHORT","quantity":"0.10","paper":true,"source":"me"}',
        '{"symbol":"BTCUSDT","side":"SELL","qty":1,"price":9,"leverage":3,"confidence":0.5,"expires_at":1790000009000}',
    ],
)
def test_a_completed_intent_means_the_same_and_has_id_and_time(raw):
    first = intent(raw)
    again = parse_intents(orjson.dumps(complete(first)), now_ms=NOW + 9, limits=IntakeLimits())[0].intent
    assert again == first


def test_without_a_run_it_waits_in_the_inbox_under_its_own_id(tmp_path):
    result = hand_over(ENTRY.encode(), tmp_path, NOW, 1.0)
    assert result.exit_code == 0
    (taken,) = Inbox(tmp_path).take(NOW + 5, IntakeLimits())
    assert taken.intent.intent_id == result.data["intents"][0]["intent_id"]
    assert taken.intent.generated_ms == NOW


def test_nothing_is_sent_when_one_of_several_is_malformed(tmp_path):
    result = hand_over(f"[{ENTRY}, {{}}]".encode(), tmp_path, NOW, 1.0)
    assert result.exit_code == 1
    assert [each.code for each in result.problems] == ["intent.missing_field"]
    assert not (tmp_path / "inbox").exists()


def serve(monkeypatch, answer):
    """A run that answers as told; what it was asked."""
    asked = []

    def ask(state, request, timeout_s):
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("hedgectl.commands.handing.ask", ask)
    return asked


def test_a_run_that_lives_is_asked_and_its_verdict_told(tmp_path, monkeypatch):
    verdict = {"intent_id": "k7", "verdict": "refused", "code": "risk.x", "number": "9", "limit": "5", "hint": "less"}
    asked = serve(monkeypatch, {"ok": True, "seq": 7, "intents": [verdict]})
    result = hand_over(ENTRY.replace("{", '{"intent_id":"k7",', 1).encode(), tmp_path, NOW, 1.0)
    assert asked[0]["do"] == "submit"
    assert orjson.loads(asked[0]["text"])[0]["intent_id"] == "k7"
    assert result.exit_code == 1
    assert (result.problems[0].code, result.problems[0].hint) == ("risk.x", "less")
    assert "risk.x 9 against 5" in result.lines[0].plain


@pytest.mark.parametrize(
    "failure", [TimeoutError("timed out"), ConnectionResetError("the answer was cut"), ValueError("no")]
)
def test_without_an_answer_it_says_that_nobody_knows_and_drops_nothing(tmp_path, monkeypatch, failure):
    serve(monkeypatch, failure)
    result = hand_over(ENTRY.encode(), tmp_path, NOW, 1.0)
    assert [each.code for each in result.problems] == ["submit.unacknowledged"]
    assert not (tmp_path / "inbox").exists()


def test_a_message_too_large_for_the_socket_goes_through_the_inbox(tmp_path, monkeypatch):
    asked = serve(monkeypatch, {"ok": True})
    raw = "\n".join(ENTRY.replace("}", f',"qty":null,"source":"{number:064d}"}}') for number in range(256))
    result = hand_over(raw.encode(), tmp_path, NOW, 1.0)
    assert asked == []
    assert "too large" in result.lines[-2].plain
    assert len({each.intent.intent_id for each in Inbox(tmp_path).take(NOW, IntakeLimits())}) == 256


def test_flags_json_file_and_stdin_say_the_same(hedgectl, tmp_path, monkeypatch):
    path = tmp_path / "wish.json"
    path.write_text('{"intent_id":"a","symbol":"BTCUSDT","action":"exit","leg":"LONG"}')
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    ways = [
        ("--symbol", "BTCUSDT", "--exit", "--leg", "LONG", "--id", "a"),
        (path.read_text(),),
        (path,),
        ("-",),
    ]
    for number, way in enumerate(ways):
        state = tmp_path / f"state{number}"
        assert hedgectl("submit", *way, "--state-dir", state).code == 0
        (taken,) = Inbox(state).take(NOW * 2, IntakeLimits())
        assert isinstance(taken.intent, Exit)
        assert taken.intent.intent_id == "a"


def test_flags_and_json_together_are_a_usage_error(hedgectl):
    assert hedgectl("submit", ENTRY, "--symbol", "BTCUSDT").code == 2


def test_a_real_control_socket_carries_it(tmp_path):
    """One request over a real socket, answered by a thread that speaks the protocol."""
    import socket

    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(1)

        def answer():
            peer, _ = server.accept()
            with peer, peer.makefile("rwb") as file:
                asked = orjson.loads(file.readline())
                name = orjson.loads(asked["text"])[0]["intent_id"]
                reply = {"ok": True, "seq": 3, "intents": [{"intent_id": name, "verdict": "accepted", "quantity": "1"}]}
                file.write(orjson.dumps(reply) + b"\n")

        thread = threading.Thread(target=answer)
        thread.start()
        result = hand_over(ENTRY.encode(), tmp_path, NOW, 5.0)
        thread.join()
    assert result.exit_code == 0
    assert "accepted" in result.lines[0].plain

"""Each fault of a request fires, counts, and does what its sentence says: what the caller sees, what the box sees."""

from __future__ import annotations

import orjson
import pytest

from hedgectl.sim.faults.flight import TransportFault
from hedgectl.sim.faults.registry import REQUEST
from hedgectl.sim.faults.statuses import ANSWERS
from hedgectl.sim.http import Request

#        fault                kind             sent   reaches the box   passes (ms)
NO_REPLY = [
    ("request_lost", "read_timeout", True, False, 8000),
    ("reply_lost", "read_timeout", True, True, 8000),
    ("reply_late", "read_timeout", True, True, 8000),
    ("connection_refused", "refused", False, False, 50),
    ("name_resolution", "dns", False, False, 50),
    ("connect_timeout", "connect_timeout", False, False, 8000),
    ("reset_before", "reset", True, False, 100),
    ("reset_after", "reset", True, True, 100),
    ("cut_in_body", "payload_cut", True, True, 100),
]


@pytest.mark.parametrize(("name", "kind", "sent", "reaches", "passes_ms"), NO_REPLY)
def test_a_fault_without_reply(stage, run, order, name, kind, sent, reaches, passes_ms):
    it = stage({name: 1.0}, latency_ms=50)
    with pytest.raises(TransportFault) as caught:
        run(it.ask(order))
    assert (caught.value.kind, caught.value.sent) == (kind, sent)
    assert len(it.box.seen) == reaches
    assert it.passed_ms == passes_ms
    assert it.profile.fired == {name: 1}


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [("body_empty", 200, b""), ("body_html", 200, b"<html>")],
)
def test_a_body_that_is_no_order(stage, run, order, name, status, body):
    it = stage({name: 1.0})
    reply = run(it.ask(order))
    assert reply.status == status
    assert reply.body[:6] == body
    assert len(it.box.seen) == 1
    assert it.profile.fired == {name: 1}


def test_a_truncated_body_is_a_true_prefix_of_the_reply(stage, run, order):
    it = stage({"body_truncated": 1.0})
    reply = run(it.ask(order))
    whole = b'{"orderId":1,"clientOrderId":"a"}'
    assert len(reply.body) < len(whole)
    assert whole.startswith(reply.body)


def test_a_slow_reply_is_late_but_in_time(stage, run, order):
    it = stage({"reply_slow": 1.0}, latency_ms=10)
    assert run(it.ask(order)).status == 200
    assert 1600 <= it.passed_ms < 8000
    assert it.box.seen[0][0] == it.time.now - it.passed_ms + 10


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.name)
def test_an_answer_of_the_gateway(stage, run, order, answer):
    it = stage({answer.name: 1.0})
    replies = [run(it.ask(order)) for _ in range(20)]
    assert {r.status for r in replies} == {answer.status}
    assert it.profile.fired == {answer.name: 20}
    if answer.code is None:
        assert replies[0].body.decode() == answer.text
    else:
        body = orjson.loads(replies[0].body)
        assert body["code"] == answer.code
        assert "{" not in body["msg"]
    assert (replies[0].headers.get("Retry-After") is not None) == (answer.status in (429, 418))
    executed = len(it.box.seen)
    assert {"never": executed == 0, "maybe": 0 < executed < 20, "always": executed == 20}[answer.done]


@pytest.mark.parametrize(
    "body",
    [
        "symbol=BTCUSDT&side=SELL&positionSide=LONG&quantity=1",
        "symbol=BTCUSDT&side=BUY&positionSide=SHORT&quantity=1",
        "symbol=BTCUSDT&side=SELL&reduceOnly=true&quantity=1",
        "symbol=BTCUSDT&side=SELL&closePosition=true",
    ],
)
def test_throttling_lets_what_reduces_exposure_pass(stage, run, body):
    it = stage({"http_503_throttled": 1.0})
    assert run(it.ask(Request("POST", "/fapi/v1/order", body=body))).status == 200
    assert run(it.ask(Request("DELETE", "/fapi/v1/order", query="symbol=BTCUSDT&orderId=1"))).status == 200
    assert not it.profile.fired
    opening = Request("POST", "/fapi/v1/order", body="symbol=BTCUSDT&side=BUY&positionSide=LONG&quantity=1")
    assert run(it.ask(opening)).status == 503


def test_a_ban_names_its_end(stage, run, order):
    it = stage({"http_418": 1.0})
    reply = run(it.ask(order))
    assert str(it.time.now + 120_000) in reply.body.decode()
    assert reply.headers["Retry-After"] == "120"


def accept_late(stage, run, request, seed):
    async def story():
        it = stage({"accepted_late": 1.0}, seed=seed)
        began = it.time.now
        with pytest.raises(TransportFault) as caught:
            await it.ask(request, 2000)
        assert (caught.value.kind, caught.value.sent) == ("read_timeout", True)
        assert it.time.now - began == 2000
        await it.time.pass_ms(10_000)
        assert len(it.box.seen) == 1
        return it.box.seen[0][0] - began

    return run(story())


def test_a_late_acceptance_reaches_the_box_around_the_end_of_its_own_recv_window(stage, run, order):
    delays = [accept_late(stage, run, order, seed) for seed in range(40)]
    assert all(750 <= d <= 3250 for d in delays)
    assert any(d <= 2000 for d in delays)
    assert any(2000 < d <= 2500 for d in delays)
    assert any(d > 2500 for d in delays)


def test_only_a_write_is_accepted_late(stage, run, orders):
    it = stage({"accepted_late": 1.0})
    assert run(it.ask(orders())).status == 200
    assert not it.profile.fired


def test_a_stale_snapshot_is_an_older_answer_to_the_same_question(stage, run, orders):
    it = stage({"stale_snapshot": 1.0})

    async def story():
        first = await it.ask(orders(1))
        assert first.body == b'[{"orderId":0}]'
        await it.time.pass_ms(1000)
        second = await it.ask(orders(2))
        other = await it.ask(orders(2, "ETHUSDT"))
        await it.time.pass_ms(it.profile.sizes.stale_ms + 1)
        fresh = await it.ask(orders(3))
        return second, other, fresh

    second, other, fresh = run(story())
    assert second.body == b'[{"orderId":0}]'
    assert orjson.loads(other.body)[-1] == {"orderId": 2}
    assert orjson.loads(fresh.body)[-1] == {"orderId": 3}
    assert it.profile.fired == {"stale_snapshot": 1}
    assert len(it.box.seen) == 4


def test_only_views_of_the_account_go_stale(stage, run):
    it = stage({"stale_snapshot": 1.0})
    time = Request("GET", "/fapi/v1/time")
    assert run(it.ask(time)).body != run(it.ask(time)).body
    assert not it.profile.fired


def test_a_partial_snapshot_lacks_rows_and_invents_none(stage, run, orders):
    it = stage({"partial_snapshot": 1.0})
    for asked in range(1, 30):
        rows = orjson.loads(run(it.ask(orders())).body)
        ids = [row["orderId"] for row in rows]
        assert len(ids) < asked
        assert ids == sorted(set(ids) & set(range(asked)))
    assert it.profile.fired == {"partial_snapshot": 29}


def test_an_answer_that_is_no_list_is_never_partial(stage, run):
    it = stage({"partial_snapshot": 1.0})
    account = Request("GET", "/fapi/v3/account", "timestamp=1")
    assert run(it.ask(account)).body == b'{"orderId":1,"clientOrderId":"a"}'
    assert not it.profile.fired


def test_every_fault_of_a_request_is_tested_here():
    bodies = {"body_empty", "body_html", "body_truncated", "stale_snapshot", "partial_snapshot"}
    tested = {row[0] for row in NO_REPLY} | {a.name for a in ANSWERS} | bodies | {"reply_slow", "accepted_late"}
    assert set(REQUEST) == tested


def test_a_rate_is_a_share(stage, run, order):
    it = stage({"body_empty": 0.25})
    empty = [run(it.ask(order)).body == b"" for _ in range(400)]
    assert 70 < sum(empty) < 130
    assert it.profile.fired["body_empty"] == sum(empty)

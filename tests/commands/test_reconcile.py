"""Goal: `reconcile` answers through a live run and without one, touches nothing unless told to, and its exit code says
what was found. Real ccxt over loopback HTTP, a real journal, a real lock, a real control socket."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from decimal import Decimal as D
from pathlib import Path

import pytest

from hedgectl.commands import reconcile as room
from hedgectl.core.model.order import Leg, Purpose
from hedgectl.core.orders.clientid import client_id
from hedgectl.runtime.ask import ask
from hedgectl.runtime.clock import RealClock
from hedgectl.runtime.folders import holder
from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.market.synthetic import SyntheticFeed
from hedgectl.sim.model import NewOrder
from hedgectl.sim.server import serve
from hedgectl.store.lock import acquire, folder_lock
from hedgectl.store.reader import hash_of, replay

ROOT = Path(__file__).parents[2]
SYMBOL = "ETHUSDT"
REPAIRS = {"position.corrected", "order.prepared", "cancel.sent", "cover.seen", "mode.read"}


class Served:
    """An exchange on loopback in a thread of its own, and a person's hands on its account."""

    def __init__(self):
        start_ms = RealClock().wall_ms() - 1_000
        feed = SyntheticFeed(("BTCUSDT", SYMBOL), seed=1, start_ms=start_ms)
        self.exchange = Exchange(feed, seed=1, hedge=True, balance=D(10_000), start_ms=start_ms)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        box = Box(self.exchange, weight_limit=100_000)
        self.box = self._run(serve(box, port=0, now_ms=RealClock().wall_ms))
        self.url = self.box.url

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def hand(self, act):
        """Let a person act, on the exchange's own thread."""

        async def work():
            return act(self.exchange)

        return self._run(work())

    def take(self, qty="0.5"):
        """A position that nobody was told of."""

        def act(exchange):
            mark = exchange.world.books[SYMBOL].quote.mark
            exchange.hands.set_position(SYMBOL, "LONG", D(qty), mark)

        self.hand(act)

    def close(self):
        self._run(self.box.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setenv("HEDGECTL_RUN__SYMBOLS", f"BTCUSDT,{SYMBOL}")
    made = Served()
    yield made
    made.close()


@pytest.fixture
def state(folder):
    return folder / "state"


def codes(answer):
    return [each["code"] for each in answer.json["problems"]]


def kinds(compared):
    return [each["kind"] for each in compared["findings"]]


def journaled(state):
    return [row[2] for row in replay(state / "journal.db")]


def test_without_a_run_a_report_touches_nothing_and_an_applied_one_repairs_once(hedgectl, served, state):
    served.take()
    first = hedgectl("reconcile", "--sim-url", served.url, "--json")
    assert (first.code, codes(first)) == (1, ["reconcile.orphan", "reconcile.naked"])
    assert first.json["data"]["belief_s"] is None
    assert not state.exists()

    applied = hedgectl("reconcile", "--sim-url", served.url, "--apply", "--json")
    assert (applied.code, applied.json["problems"], applied.json["status"]) == (0, [], "ok")
    assert kinds(applied.json["data"]["first"]) == ["orphan", "naked"]
    assert [each["word"] for each in applied.json["data"]["repaired"]] == ["mode", "corrected", "send", "cover"]
    assert journaled(state).count("position.corrected") == 1

    before = hash_of(state / "journal.db")
    for more in ([], ["--apply"]):
        again = hedgectl("reconcile", "--sim-url", served.url, *more)
        assert again.code == 0
        assert again.out.startswith("✓ no difference  sim  hedge  1 leg, 0 orders, 1 stop")
    assert hash_of(state / "journal.db") == before


def test_what_the_last_run_left_is_compared_with_what_happened_since(hedgectl, served, state):
    served.take()
    assert hedgectl("run", "--once", "--sim-url", served.url, "-q").code == 0
    served.take("0.2")
    name = client_id("lost", Leg.LONG, Purpose.ENTRY)
    order = NewOrder("BTCUSDT", "BUY", "LIMIT", "LONG", "GTC", D("0.01"), D(50_000), client_id=name)
    served.hand(lambda exchange: exchange.hands.place_manual(order))
    told = hedgectl("reconcile", "--sim-url", served.url)
    assert told.code == 1
    assert "drift" in told.out
    assert "leftover order" in told.out
    assert f"hedgectl reconcile --sim-url {served.url} --apply" in told.out
    one = hedgectl("reconcile", "--sim-url", served.url, "--symbol", "btcusdt", "--json")
    assert (codes(one), one.json["data"]["symbol"]) == (["reconcile.leftover_order"], "BTCUSDT")


def test_to_apply_beside_a_held_lock_is_refused_and_to_report_is_not(hedgectl, served, state):
    lock = acquire(folder_lock(state), holder(0))
    try:
        refused = hedgectl("reconcile", "--sim-url", served.url, "--apply", "--json")
        assert (refused.code, codes(refused)) == (6, ["lock.held"])
        assert hedgectl("reconcile", "--sim-url", served.url).code == 0
    finally:
        lock.release()


def live_run(folder, url):
    """A run of the product in a process of its own, which by itself would look only each ten minutes."""
    environ = os.environ | {"PYTHONPATH": str(ROOT), "HEDGECTL_RUN__CYCLE_S": "600"}
    command = [sys.executable, "-m", "hedgectl", "run", "--sim-url", url, "--no-demo", "-q"]
    process = subprocess.Popen(command, cwd=folder, env=environ)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        time.sleep(0.05)
        try:
            if ask(folder / "state", {"do": "status"}, 1.0).get("checked"):
                return process
        except OSError:
            continue
    process.kill()
    pytest.fail("the run did not come up")


def test_through_a_live_run_it_reports_repairs_and_finds_nothing_the_second_time(hedgectl, served, state, folder):
    process = live_run(folder, served.url)
    try:
        time.sleep(1.0)  # the look that follows the user stream
        served.take()
        report = hedgectl("reconcile", "--json")
        assert (report.code, report.json["data"]["live"]) == (1, True)
        assert kinds(report.json["data"]["first"]) == ["orphan", "naked"]
        assert not REPAIRS - {"mode.read"} & set(journaled(state))

        applied = hedgectl("reconcile", "--apply")
        assert applied.code == 0
        assert "corrected" in applied.out
        before = journaled(state)
        again = hedgectl("reconcile", "--apply", "--json")
        assert (again.code, again.json["data"]["first"]["findings"]) == (0, [])
        assert not REPAIRS & set(journaled(state)[len(before) :])
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_a_run_that_refuses_says_why(hedgectl, monkeypatch):
    replies = {
        "lane.rate_budget": ("2300 against 2160", 5, "lane.rate_budget"),
        "venue.unreadable": ("positions: 401 -2015 Invalid API-key, IP, or permissions", 4, "credentials.refused"),
    }
    for code, (why, exit_code, told) in replies.items():
        monkeypatch.setattr("hedgectl.runtime.ask.ask", lambda *_, c=code, w=why: {"ok": False, "code": c, "why": w})
        answer = hedgectl("reconcile", "--json")
        assert (answer.code, codes(answer)) == (exit_code, [told])


@pytest.mark.parametrize("failure, code", [(TimeoutError("timed out"), 5), (ConnectionResetError("cut"), 5)])
def test_a_run_that_is_there_and_gives_no_answer_is_no_agreement(hedgectl, monkeypatch, failure, code):
    def answers(state, request, timeout_s):
        if request["do"] == "status":
            return {"ok": True}
        raise failure

    monkeypatch.setattr("hedgectl.runtime.ask.ask", answers)
    answer = hedgectl("reconcile", "--json")
    assert (answer.code, codes(answer)) == (code, ["run.no_answer"])


def test_an_answer_of_another_version_is_told(hedgectl, monkeypatch):
    monkeypatch.setattr("hedgectl.runtime.ask.ask", lambda *_: {"ok": True, "report": {"environment": "sim", "new": 1}})
    assert codes(hedgectl("reconcile", "--json")) == ["run.other_version"]


def test_an_exchange_that_ended_with_its_run_is_nothing_to_compare_with(hedgectl):
    answer = hedgectl("reconcile", "--json")
    assert (answer.code, codes(answer)) == (5, ["sim.gone"])
    assert "--sim-url" in answer.json["problems"][0]["hint"]


@pytest.mark.parametrize(
    "text", ['{"url":', "[]", '{"url":"http://127.0.0.1:9"}', '{"url":"http://x.org","folder":"."}']
)
def test_a_broken_note_about_a_served_exchange_is_told(hedgectl, state, text):
    state.mkdir()
    (state / "sim.json").write_text(text)
    assert codes(hedgectl("reconcile", "--json")) == ["sim.unusable"]


def test_the_exchange_that_a_run_serves_is_found_by_its_note(hedgectl, served, state, tmp_path):
    state.mkdir()
    (state / "sim.json").write_text(f'{{"url": "{served.url}", "folder": "{tmp_path}", "pid": 1}}')
    served.take()
    assert codes(hedgectl("reconcile", "--json")) == ["reconcile.orphan", "reconcile.naked"]


def test_an_exchange_out_of_reach_is_five_and_missing_keys_are_four(hedgectl):
    gone = hedgectl("reconcile", "--sim-url", "http://127.0.0.1:9", "--json")
    assert (gone.code, codes(gone)) == (5, ["venue.unreadable"])
    missing = hedgectl("reconcile", "--env", "demo", "--json")
    assert (missing.code, codes(missing)) == (4, ["credentials.missing"])


@pytest.mark.parametrize(
    "args",
    [
        ["--env", "live", "--apply"],
        ["--env", "demo", "--sim-url", "http://127.0.0.1:9"],
        ["--sim-url", "http://example.org"],
    ],
)
def test_flags_that_contradict_each_other_are_a_usage_error(hedgectl, args):
    assert hedgectl("reconcile", *args).code == 2


def test_a_wrong_configuration_is_three(hedgectl, monkeypatch):
    monkeypatch.setenv("HEDGECTL_RUN__CYCLE_S", "never")
    assert hedgectl("reconcile").code == 3


def test_asking_a_live_run_is_bounded():
    assert room.ALIVE_S_MAX < room.REPORT_S_MAX < room.APPLY_S_MAX

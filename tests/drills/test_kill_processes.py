"""The kill switch between real processes: a run that lives, hangs (SIGSTOP), died (kill -9), or was never there (R7).

A served exchange, the product's own command lines, the journal on disk. What counts is what the exchange holds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from hedgectl.runtime.ask import ask
from hedgectl.runtime.kill_file import KILL, LOG, TAKEN
from hedgectl.store.reader import replay

ROOT = Path(__file__).parents[2]
ENVIRON = os.environ | {"PYTHONPATH": str(ROOT), "HEDGECTL_BOX__WEIGHT_LIMIT_1M": "100000"}
WAIT_S_MAX = 20.0
SYMBOL, OTHER = "ETHUSDT", "SOLUSDT"


class House:
    """A served exchange and a state folder; `call` is one command line, `run` a process that lives on."""

    def __init__(self, folder):
        self.folder, self.state, self.processes = folder, folder / "state", []
        self.state.mkdir()
        self.log = (folder / "log.txt").open("ab")
        with (folder / "serve.txt").open("wb") as said:
            self._start("sim", "serve", "--seed", "5", "--json", err=said)
        self.url = until(lambda: next((w for w in (folder / "serve.txt").read_text().split() if "http://" in w), None))

    def _start(self, *words, err=None):
        command = [sys.executable, "-m", "hedgectl", *words]
        process = subprocess.Popen(command, cwd=self.folder, env=ENVIRON, stdout=self.log, stderr=err or self.log)
        self.processes.append(process)
        return process

    def run(self):
        process = self._start("run", "--sim-url", self.url, "--no-demo")
        until(lambda: self.status().get("checked"))
        return process

    def call(self, *words):
        command = [sys.executable, "-m", "hedgectl", *words, "--json"]
        done = subprocess.run(command, cwd=self.folder, env=ENVIRON, capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def kill(self, mode):
        return self.call("kill", "--mode", mode, "--why", "a test", "--sim-url", self.url)

    def status(self):
        try:
            return ask(self.state, {"do": "status"}, 1.0)
        except OSError:
            return {}

    def submit(self, name, **wish):
        wish = {"intent_id": name, "symbol": SYMBOL, "side": "BUY", "notional_usdt": "150"} | wish
        return ask(self.state, {"do": "submit", "intent": wish}, 5.0)["intents"][0]

    def hold(self, name):
        """A position with its stop, and an entry that rests below the market."""
        assert until(lambda: self.submit(name).get("verdict") == "accepted" or None)
        with urllib.request.urlopen(f"{self.url}/fapi/v1/ticker/bookTicker?symbol={OTHER}", timeout=5) as answer:
            bid = float(json.load(answer)["bidPrice"])
        self.submit(f"{name}-rests", symbol=OTHER, type="limit", price=f"{bid * 0.992:.2f}")
        until(lambda: (found := self.status()).get("covers") and found.get("entries"))

    def events(self, kind):
        return [json.loads(row[5]) for row in replay(self.state / "journal.db") if row[2] == kind]

    def left(self):
        """Positions, and differences to the belief of the run that lives, as `reconcile` sees them."""
        code, told = self.call("reconcile")
        return code, told["data"]["first"]["legs"], told["data"]["first"]["orders"]

    def close(self):
        for process in self.processes[::-1]:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                process.wait(20)
        self.log.close()


def until(there):
    end = time.monotonic() + WAIT_S_MAX
    while time.monotonic() < end:
        if found := there():
            return found
        time.sleep(0.05)
    pytest.fail("it did not come about")


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


def test_a_run_that_lives_obeys_within_a_second_and_the_switch_outlives_it(house):
    run = house.run()
    house.hold("one")
    code, told = house.kill("cancel")
    assert (code, told["data"]["left"]) == (0, [])
    assert told["data"]["seq"]
    (switched,) = house.events("kill.switched")
    assert switched["at_ms"] - told["data"]["kill"]["at_ms"] < 1_000
    assert told["data"]["took_ms"] < 1_000
    assert house.status()["positions"]
    assert house.submit("two")["code"] == "kill.entries"

    run.send_signal(signal.SIGKILL)
    run.wait()
    run = house.run()
    assert house.submit("three")["code"] == "kill.entries"
    assert house.kill("flatten")[0] == 0
    assert house.left()[1:] == (0, 0)

    assert house.call("rearm", "--why", "seen")[0] == 0
    assert not (house.state / KILL).exists()
    assert house.submit("four")["verdict"] == "accepted"
    assert [each["mode"] for each in house.events("kill.switched")] == ["cancel", "flatten"]


def test_a_run_that_hangs_is_done_without_and_takes_it_in_when_it_goes_on(house):
    run = house.run()
    house.hold("one")
    run.send_signal(signal.SIGSTOP)
    code, told = house.kill("flatten")
    assert (code, told["data"]["seq"], told["data"]["left"]) == (0, None, [])
    assert sorted(act["outcome"] for act in told["data"]["acts"]) == ["accepted", "withdrawn"]
    assert (house.state / LOG).exists()

    run.send_signal(signal.SIGCONT)
    until(lambda: (found := house.status()).get("kill") and not found["positions"] and not found["entries"])
    until((house.state / TAKEN).exists)
    (switched,) = house.events("kill.switched")
    assert switched["why"].startswith("a test (done without the run: ")
    assert "1 withdrawn" in switched["why"]
    sent = len(house.events("order.prepared"))
    assert house.submit("two")["code"] == "kill.entries"
    until(lambda: house.left() == (0, 0, 0))
    entries = [each["order"] for each in house.events("order.prepared")[sent:] if each["order"]["purpose"] == "e"]
    assert entries == []
    assert house.status()["unsettled"] == []


def test_without_a_run_it_flattens_what_a_killed_one_left_and_the_next_one_is_told(house):
    run = house.run()
    house.hold("one")
    run.send_signal(signal.SIGKILL)
    run.wait()
    code, told = house.kill("flatten")
    assert (code, told["data"]["left"], len(told["data"]["acts"])) == (0, [], 2)
    assert house.call("status")[1]["data"]["kill"]["mode"] == "flatten"
    assert house.call("rearm", "--why", "seen")[0] == 0

    house.run()
    until(lambda: house.events("kill.rearmed"))
    assert house.status()["kill"] is None
    until(lambda: not house.status()["positions"])
    assert until(lambda: house.submit("two").get("verdict") == "accepted" or None)

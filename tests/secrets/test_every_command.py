"""Goal: no secret leaves (L8). Canaries lie in every place where a secret can be, every command is lived in good ways
and failing ones, and all that was printed or written is searched for them, byte by byte and in every spelling.

The requests are really signed: demo leads to an embedded exchange that knows the canary's key and checks each of them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hedgectl.runtime.ask import ask

from .house import COMMANDS, LOOKING, PLACES, House, lines

ROOT = Path(__file__).parents[2]


def until(true: Callable[[], Any], s_max: float = 20.0) -> None:
    ends_s = time.monotonic() + s_max
    while not true():
        assert time.monotonic() < ends_s, "it did not come about in time"
        time.sleep(0.05)


WHILE_IT_LIVES = """
submit --symbol BTCUSDT --side BUY --notional 200
submit --symbol ETHUSDT --side BUY --notional 100 --paper --json
submit --symbol ETHUSDT --side BUY --notional 100000000
status
status --json
doctor -v
doctor --deep --json
doctor --share
doctor --cached -v
reconcile
reconcile --apply --json
route-dry-run --symbol ETHUSDT --side BUY --notional 100 --book live --nav read --position-mode read -v
kill --mode cancel --why test
rearm --why secret=a-word-of-a-person
trace --last --why
"""
WITHOUT_A_RUN = """
run --once --json
reconcile --apply
kill --mode flatten --why test
rearm --why seen
run --env sim --for 5s --virtual -v
run --env live
sim serve --for 50ms
status -v
trace --replay
trace nothing
sizing-check --nav 400
route-dry-run --symbol BTCUSDT --side BUY --notional 100 --nav 1000 --json
route-dry-run {
explain risk.symbol_cap
explain nothing.such
config show --origin
config show --json
config explain run.cycle_s
config check
config init fresh.toml
config instruments
config instruments --refresh --env demo
service print systemd --env demo
service print cron --json
service print nothing
version --json
drill --seeds 1-1 --profile mild --keep kept
archive-logs
archive-logs --list
nothing
-h
run -h
"""


def test_every_command_is_lived_and_no_secret_leaves(house):
    command = [sys.executable, "-m", "tests.secrets.demo_at_home", house.served.url, "run", "-vv"]
    environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDEVMODE": "1"}
    with (house.folder / "run.log").open("wb") as log:
        run = subprocess.Popen(command, cwd=house.folder, env=environ, stdout=log, stderr=log)
    try:
        until(lambda: answers(house))
        shown = Path(f"/proc/{run.pid}/cmdline")
        house.said.append(("its arguments", shown.read_text() if shown.exists() else ""))
        for line in lines(WHILE_IT_LIVES):
            house.hedgectl(line)
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait(20)
    for line in lines(WITHOUT_A_RUN):
        house.hedgectl(line)
    (packed,) = (house.folder / "logs" / "archive").glob("2*")
    assert house.hedgectl(f"archive-logs --restore {packed.name}") == 0
    assert house.named >= COMMANDS, "a new command is lived here too"
    assert house.codes >= {0, 1, 2}
    assert len(house.signatures) > 50
    assert "a-word-of-a-person" in (house.folder / "run.log").read_text(), "what a person says is not taken for one"
    assert "\n".join(house.leaks()) == ""


def answers(house: House) -> Any:
    try:
        return ask(house.folder / "state", {"do": "status"}, 1.0).get("checked")
    except OSError:
        return False


@pytest.mark.parametrize("place", PLACES)
def test_a_key_is_used_from_each_place_and_shown_from_none(house, place):
    house.use(place)
    for line in lines(LOOKING):
        assert house.hedgectl(line) in (0, 1), house.said[-1]
    assert len(house.signatures) > 10
    assert "\n".join(house.leaks()) == ""

"""Goal: the kill switch is on every screen while it is on, and its answer names what was done and what is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hedgectl.screens.ink import plain
from hedgectl.screens.kill import Act, KillAnswer, Left, kill_lines
from hedgectl.screens.live import run_lines
from hedgectl.screens.status import StatusView, status_lines
from hedgectl.screens.view import KillView

NOW = 1_790_000_000_000
KILL = KillView("flatten", "the feed is wrong", "ann", NOW)
STAGED = "first-live profile: at most 50 USDT an order and symbol, leverage 2, 1 working entry a symbol"
NAME = "h1-m000001-la46370f5fb6bc67162ea"
ACTS = (
    Act("cancel SOLUSDT entry", NAME.replace("m", "e"), "withdrawn"),
    Act("close ETHUSDT LONG 0.05", NAME, "accepted", "8389 FILLED"),
    Act("close BTCUSDT SHORT 0.002", NAME, "unknown", "no answer: read_timeout"),
)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_live_screen_shows_it_instead_of_what_entries_may_do(view, width):
    rows = [row.plain for row in run_lines(replace(view, kill=KILL), width)]
    (row,) = [each for each in rows if each.startswith("entries")]
    assert "kill switch: flatten since" in row
    assert "open" not in row.partition("exits")[0]
    assert all(len(each) <= width for each in rows)
    if width >= 100:
        assert "the feed is wrong" in row


def test_the_live_screen_shows_the_first_live_profile_and_keeps_its_height(view):
    assert STAGED in plain(run_lines(replace(view, staged=STAGED), 120))
    plainly, staged = run_lines(view, 100, 16), run_lines(replace(view, staged=STAGED), 100, 16)
    assert len(staged) <= len(plainly) + 1


def test_status_shows_it_above_the_book():
    view = StatusView("state/journal.db", "r1", "live", "0.1.0", NOW, NOW, 1.0, True, kill=KILL, staged=STAGED)
    heads = [row.plain.split()[0] for row in status_lines(view)]
    assert heads[:4] == ["run", "kill", "limits", "book"]
    assert "by ann: the feed is wrong" in plain(status_lines(view))


@pytest.mark.parametrize(
    "told",
    [
        KillAnswer(KILL, "", 20_917, took_ms=84, left=()),
        KillAnswer(KILL, "the run gives no answer (timed out): it is told when it goes on", acts=ACTS, left=()),
        KillAnswer(KILL, "no run lives: the next one is told", acts=ACTS,
                   left=(Left("BTCUSDT", "SHORT", "0.002"), Left("SOLUSDT", "LONG", "0.5", NAME))),
        KillAnswer(None, "", 20_920, took_ms=12),
    ],
    ids=["by the run", "without the run", "something left", "rearmed"],
)  # fmt: skip
def test_what_kill_says(told, snapshot):
    assert plain(kill_lines(told)) == snapshot

"""Goal: a difference is read at a glance, in any width, without colour and in ASCII; no difference is one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hedgectl.core.reconcile.finding import REPAIRS, Finding, Kind
from hedgectl.screens.ink import Tone, paint, plain
from hedgectl.screens.reconcile import Compared, Reconciled, Repair, reconcile_lines

NOW = 1_790_000_000_000
APPLY = "hedgectl reconcile --apply"
COVER = "h1-c000001-l48492b39b1e46d75a1bc"


def finding(kind, symbol, leg, ours, theirs, age_ms=0, order=""):
    return Finding(kind, symbol, leg, ours, theirs, age_ms, REPAIRS[kind], order)


FOUND = (
    finding(Kind.MODE, "", "", "hedge", "one-way"),
    finding(Kind.DRIFT, "ETHUSDT", "LONG", "0.031 @ 2679.27", "0.021 @ 2679.27", 4_200),
    finding(Kind.NAKED, "ETHUSDT", "LONG", "stop at 2625.68", "0.021, no stop"),
    finding(Kind.LOST_ORDER, "ETHUSDT", "LONG", "NEW", "not shown", 0, COVER),
    finding(Kind.FOREIGN_ORDER, "SOLUSDT", "SHORT", "", "SELL LIMIT 1 @ 200", 0, "web_gyjWlwYLflxvPuv6diIkty"),
)
TOLD = Reconciled("sim", False, "", Compared("hedge", 2, 2, 1, 12, FOUND), 192.0)
REPAIRED = (
    Repair(NOW, "ETHUSDT", "corrected", "ETHUSDT LONG 0.031 -> 0.021  drift: no trade explains it"),
    Repair(NOW + 40, "ETHUSDT", "cover", "ETHUSDT LONG stop at 2 625.68 rests"),
)
APPLIED = replace(TOLD, live=True, repaired=REPAIRED, left=replace(TOLD.first, findings=FOUND[4:]), took_ms=11_000)


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("told", [TOLD, APPLIED], ids=["report", "applied"])
def test_an_answer(snapshot, told, width):
    rows = reconcile_lines(told, width, APPLY)
    assert max(len(row.plain) for row in rows) <= width
    assert plain(rows) == snapshot


def test_no_difference_is_one_line_that_says_what_was_compared():
    quiet = replace(TOLD, live=True, first=replace(TOLD.first, findings=()))
    (row,) = reconcile_lines(quiet, 140, APPLY)
    assert row.plain == "✓ no difference  sim  hedge  2 legs, 2 orders, 1 stop  seen 12ms ago  belief live"


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"symbol": "ETHUSDT"}, "1 stop of ETHUSDT"),
        ({"belief_s": None}, "no journal: nothing is believed"),
        ({"belief_s": 192.0}, "belief 3m12s old"),
        ({"first": Compared("hedge", 1, 0, 0, 3, (), 0, 1)}, "0 stops, 1 moving"),
    ],
)
def test_whose_belief_and_how_old(changed, said):
    quiet = replace(TOLD, first=replace(TOLD.first, findings=()))
    assert said in plain(reconcile_lines(replace(quiet, **changed), 200, APPLY))


def test_the_signs_speak_without_colour_and_in_ascii():
    rows = [paint(row, color=False, utf8=False) for row in reconcile_lines(TOLD, 80, APPLY)]
    assert "".join(rows).isascii()
    assert sum(row.startswith("x ") for row in rows) == TOLD.first.differences == 4
    assert sum(row.startswith(". ") for row in rows) == 1


def test_what_a_person_must_do_stands_out_from_what_is_done():
    rows = reconcile_lines(TOLD, 80, APPLY)
    tones = {part: tone for row in rows for part, tone in row.parts}
    assert tones[REPAIRS[Kind.NAKED]] is Tone.HINT
    assert tones[REPAIRS[Kind.FOREIGN_ORDER]] is Tone.DIM


def test_orders_of_others_only_are_told_and_are_no_difference():
    rows = plain(reconcile_lines(replace(TOLD, first=replace(TOLD.first, findings=FOUND[4:])), 140, APPLY))
    assert "✓ no difference  1 order of others, told only" in rows
    assert APPLY not in rows


def test_what_did_not_fit_is_counted():
    more = replace(TOLD.first, more=7)
    assert more.differences == 11
    assert "11 differences" in plain(reconcile_lines(replace(TOLD, first=more), 140, APPLY))
    assert "7 not shown" in plain(reconcile_lines(replace(TOLD, first=more), 140, APPLY))


def test_about_one_symbol_keeps_the_account():
    assert {each.symbol for each in TOLD.first.about("SOLUSDT").findings} == {"", "SOLUSDT"}

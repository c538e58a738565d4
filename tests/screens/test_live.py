"""Goal: the live screen fits every width, keeps what matters on it, and says everything without colour."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from hedgectl.screens.ink import paint, plain
from hedgectl.screens.live import run_lines
from hedgectl.screens.view import PositionView, Truth

WIDTHS = [80, 100, 140]


@pytest.mark.parametrize("width", WIDTHS)
def test_an_eventful_moment(view, width, snapshot):
    assert plain(run_lines(view, width)) == snapshot


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_second(calm, width, snapshot):
    assert plain(run_lines(calm, width)) == snapshot


def test_in_colour(view, snapshot):
    assert "\n".join(paint(row, color=True) for row in run_lines(view, 100)) == snapshot


@pytest.mark.parametrize("width", range(60, 141))
def test_no_line_is_wider_than_the_terminal(view, calm, width):
    for each in (view, calm):
        assert max(len(row.plain) for row in run_lines(each, width)) <= width


@pytest.mark.parametrize("height", [12, 16, 24, 40])
def test_a_position_without_a_stop_is_on_the_screen_whatever_the_height(view, height):
    covered = view.positions[0]
    crowd = tuple(replace(covered, symbol=f"A{number}USDT") for number in range(60))
    rows = run_lines(replace(view, positions=(*crowd, view.positions[1])), 100, height)
    assert len(rows) <= max(height, 15)
    assert "NONE" in plain(rows)
    assert "more" in plain(rows)


def test_the_columns_do_not_move_with_the_numbers(view):
    small = PositionView("A", "LONG", Decimal(1), Decimal(1), Decimal(1), Decimal(1), Decimal(1), truth_age_s=1)
    large = PositionView(
        "AAAAAAAUSDT", "SHORT", Decimal(184200), Decimal(61180), Decimal(61180), Decimal(-999), Decimal(61180)
    )
    rows = run_lines(replace(view, positions=(small, large)), 100)
    titles = next(row.plain for row in rows if row.plain.startswith("position"))
    ends = {titles.index(name) + len(name) for name in ("qty", "entry", "mark", "PnL", "stop")}
    for row in rows:
        if row.plain.startswith(("A ", "AAAAAAAUSDT")):
            assert all(row.plain[end - 1] != " " and row.plain[end] == " " for end in ends), row.plain


@pytest.mark.parametrize(
    "truth, sign",
    [(Truth.AGREED, "="), (Truth.DRIFT, "~"), (Truth.UNKNOWN, "?"), (Truth.ORPHAN, "o"), (Truth.PHANTOM, "p")],
)
def test_every_truth_has_its_sign(view, truth, sign):
    position = replace(view.positions[0], truth=truth)
    assert f"  {sign} " in plain(run_lines(replace(view, positions=(position,)), 100))


def test_what_is_unknown_is_never_zero(calm):
    text = plain(run_lines(calm, 100))
    assert "NAV unknown" in text
    assert "rest unknown" in text
    assert "DOWN" in text

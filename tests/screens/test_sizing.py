"""Goal: which symbols can be entered is seen at a glance, in any width, without colour and in ASCII."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.model.instrument import Instrument
from hedgectl.core.risk.sizing_check import Asked, check
from hedgectl.core.settings import RiskLimits, Settings, Tier
from hedgectl.screens.ink import Tone, paint, plain
from hedgectl.screens.sizing import FixView, PostureView, SizingView, conflict, sizing_lines

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "1000PEPEUSDT")
RISK = RiskLimits(
    tiers=(Tier("core", SYMBOLS, D("0.08"), D(2), 5),),
    symbol_share=D("0.08"),
    gross_share=D(2),
    order_floor_usdt=D(10),
    symbol_floors_usdt=(("1000PEPEUSDT", D(15)),),
)
SETTINGS = Settings(symbols=SYMBOLS, risk=RISK)
RULES = ("BTCUSDT", "0.001", "100", "61800.30"), ("ETHUSDT", "0.001", "20", "2680"), ("SOLUSDT", "0.01", "5", "155")


def told(symbol, step, least, price, nav="187.49", posture="GREEN"):
    rules = Instrument(
        symbol, "TRADING", D("0.01"), D(step), D(step), D(10_000_000), D(step), D(step), D(1_000_000),
        D("0.01"), D(1_000_000), D(least), D("1.05"), D("0.95"),
    )  # fmt: skip
    return check(Asked(rules, D(price), SETTINGS, D(nav), posture))


CHECKS = (*(told(*each) for each in RULES), told("1000PEPEUSDT", "1", "5", "0.0081234"))
RAISED = FixView(
    "raise the cap", (("[risk] symbol_nav_pct_max = 65.93", "8"), ("[tier_core] symbol_nav_pct_max = 65.93", "8"))
)
VIEW = SizingView(
    D("187.49"),
    "given",
    "GREEN",
    "sim, 2026-01-01 00:00:00 UTC, 12d3h old, as shipped",
    CHECKS,
    {"BTCUSDT": (RAISED, FixView("add margin", (("1 357.52 USDT, to NAV 1 545.01", ""),)))},
    (PostureView("GREEN", D(1000), ("BTCUSDT", "ETHUSDT")), PostureView("RED", D(0), SYMBOLS)),
    (("rules and prices are 12d3h old", "hedgectl config instruments --refresh"),),
)
SWEEP = replace(VIEW, nav_usdt=D(100), nav_most_usdt=D(1000), postures=(), fixes={})


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("view", [VIEW, SWEEP], ids=["check", "sweep"])
def test_an_answer(snapshot, view, width):
    rows = sizing_lines(view, width)
    assert max(len(row.plain) for row in rows) <= width
    assert plain(rows) == snapshot


def test_a_narrow_terminal_keeps_every_line_that_is_to_be_pasted():
    rows = [row.plain for row in sizing_lines(VIEW, 40)]
    assert any("[tier_core] symbol_nav_pct_max = 65.93" in row for row in rows)
    assert {len(row) <= 40 for row in rows if not row.startswith("  ")} == {True}


def test_in_ascii_the_picture_stays():
    text = "\n".join(paint(row, color=False, utf8=False) for row in sizing_lines(VIEW, 100))
    assert text.isascii()
    assert "#>" in text
    assert "#." in text


def test_colour_only_underlines_what_signs_say():
    rows = {row.plain.split()[1]: row for row in sizing_lines(VIEW, 100) if row.plain[:1] in "✓✗" and row.plain}
    assert rows["SOLUSDT"].parts[0] == ("✓ ", Tone.GOOD)
    assert rows["ETHUSDT"].parts[0] == ("✗ ", Tone.BAD)
    assert "\x1b" not in "".join(paint(row, color=False) for row in sizing_lines(VIEW, 100))


@pytest.mark.parametrize(
    ("nav", "said"),
    [("187.49", " 1.01x"), ("187.50", "  100 %"), ("375", "   50 %"), ("1.87", "  101x"), ("0.01", "9999x")],
)
def test_a_bar_never_shows_a_conflict_as_a_fit(nav, said):
    each = told("1000PEPEUSDT", "1", "5", "0.01", nav)
    row = next(row.plain for row in sizing_lines(replace(VIEW, checks=(each,)), 100) if "1000PEPE" in row.plain)
    assert said in row
    assert row.startswith("✓") is each.tradable is ("%" in row)


@pytest.mark.parametrize(
    ("each", "said"),
    [
        (CHECKS[1], "ETHUSDT: smallest order 21.44, risk.symbol_nav_pct_max leaves 14.99"),
        (told(*RULES[2], posture="RED"), "SOLUSDT takes no entry in RED"),
        (told("DOGEUSDT", "1", "5", "0.1"), "DOGEUSDT is in no tier"),
    ],
)
def test_a_conflict_in_a_sentence(each, said):
    assert conflict(each) == said


def test_no_symbols_still_say_where_numbers_come_from():
    assert len(sizing_lines(replace(VIEW, checks=()), 80)) == 3

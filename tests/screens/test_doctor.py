"""Goal: what is wrong is seen at once: what could not be looked at is told together, and cures can be pasted."""

from __future__ import annotations

import pytest

from hedgectl.screens.doctor import DoctorView, Row, Severity, doctor_lines
from hedgectl.screens.ink import plain

LONG = "sed -i '/^ *\\[run\\]/,/^ *\\[/s/^\\( *\\)cycel_s\\( *=\\)/\\1cycle_s\\2/' /home/desk/hedgectl.toml"
WHY = "needs reach, which fails"
ROWS = (
    Row("config", "local", Severity.FAIL, "run.cycel_s is no key", "every key known", LONG),
    Row("disk", "local", Severity.PASS, "77.9 GiB free"),
    Row("reach", "exchange", Severity.CRASH, "KeyError: 'x' (a.py:1)", "a finding", "hedgectl doctor --only reach"),
    Row("clock", "exchange", Severity.SKIP, WHY),
    Row("order-types", "exchange", Severity.SKIP, "only with --deep"),
    Row("key-permissions", "exchange", Severity.SKIP, WHY),
    Row("nav", "book", Severity.SKIP, WHY),
)


def told(width, rows=ROWS, **more):
    return plain(doctor_lines(DoctorView("sim", "here", 0, 1.25, rows), width, 1, **more))


def test_what_was_skipped_for_one_reason_is_one_row_of_its_group():
    text = told(100)
    assert f"  - 2 not looked at       {WHY}: clock, key permissions\n  - order types" in text
    assert f"book\n  - nav                   {WHY}\n" in text
    assert "1 ok  1 fail  1 crashed  4 skipped" in text


def test_said_in_detail_each_has_a_row_of_its_own():
    text = told(100, verbose=True)
    assert "not looked at" not in text
    assert text.count(WHY) == 3


@pytest.mark.parametrize("width", [60, 80, 140])
def test_nothing_but_a_cure_is_wider_than_the_screen_and_a_cure_is_whole(width):
    rows = told(width).splitlines()
    assert [row for row in rows if len(row) > width and LONG not in row] == []
    assert any(row.endswith(LONG) for row in rows)


def test_a_cure_of_two_rows_is_said_once_with_both_names():
    cure = "hedgectl reconcile --apply"
    text = told(80, tuple(Row(name, "book", Severity.FAIL, "1", "0", cure) for name in ("orders", "belief")))
    assert text.count(cure) == 1
    assert f"\nfix orders, belief        {cure}\n" in text

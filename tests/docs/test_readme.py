"""Goal: the README says what the program says, to the digit, and its picture is of today. Method: live both again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SIX = ("run", "doctor", "reconcile", "route-dry-run", "archive-logs", "sizing-check")
LINES_MAX = 300
COLUMNS_MAX = 140


@pytest.fixture(scope="module")
def readme(generator):
    return generator("make_readme")


def test_its_blocks_say_what_the_program_says(readme):
    assert readme.difference(README, readme.lived(README)) == [], "make docs"


def test_each_of_the_six_commands_answers_in_it():
    shown = set(re.findall(r"(?m)^\$ hedgectl ([a-z-]+)", re.sub(r"(?s)<!--.*?-->", "", README)))
    assert set(SIX) <= shown


def test_a_block_that_says_something_else_is_noticed(readme):
    page = "```console\n$ hedgectl explain risk.symbol_cap\nNo such thing.\n```\n"
    found = readme.difference(page, readme.lived(page))
    assert "-No such thing." in found
    assert any(row.startswith("+risk.symbol_cap") for row in found)


def test_what_is_typed_in_a_comment_is_lived_and_not_shown(readme):
    page = "<!-- typed before\n$ export NAMED=there\n-->\n```console\n$ echo \\\n    $NAMED |\n    cat\n```\n"
    assert readme.lived(page) == page.replace("cat\n", "cat\nthere\n")


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("money     NAV 10 000.00 → 9 999.06", "money     NAV 10 000.00 → 9 999.07", False),
        ("since 2026-01-01 00:00:00 UTC", "since 2026-01-01 00:00:01 UTC", False),
        ("since 2026-11-21 02:18:59 UTC", "since 2027-03-02 12:00:00 UTC", True),
        ("  ✓ nav  10 000.00 USDT, 36ms old", "  ✓ nav  10 000.00 USDT, 1s old", True),
        ("  ✓ nav  10 000.00 USDT, 36ms old", "  ! nav  10 000.00 USDT, 36ms old", False),
        ("rules 834d2h old, as shipped", "rules 1012d9h old, as shipped", True),
        ("1 stop  seen 5ms ago  belief 2s o…", "1 stop  seen 11ms ago  belief 12s …", True),
        ("timestamp=1795230732684&symbol=A", "timestamp=1795230732699&symbol=A", True),
        ("timestamp=1795230732684&symbol=A", "timestamp=1795230732684&symbol=B", False),
        ("state/durable.json  -  2.56 kB  945 B", "state/durable.json  -  2.6 kB  1.01 kB", True),
    ],
)
def test_what_is_compared(readme, one, other, same):
    assert (readme.settled(one) == readme.settled(other)) is same


def test_where_a_row_is_folded_is_not_compared(readme):
    assert readme.difference("no difference  belief 2s old", "no difference  belief 12s\n          old") == []
    assert readme.difference("no difference  belief 2s old", "no difference  belief 12s\n          now")


def test_the_picture_is_of_today(generator):
    screens = generator("make_screens")
    drawn = screens.PICTURE.read_text(encoding="utf-8")
    assert screens.words(drawn) == screens.words(screens.picture()), "make docs"
    assert any("exits always open" in row for row in screens.words(drawn))


def test_no_picture_loads_anything_and_each_is_shown():
    for path in (ROOT / "docs" / "screens").iterdir():
        assert not re.search(r"url\((?!#)|href=|<script|<image", path.read_text(encoding="utf-8")), path.name
        assert f"docs/screens/{path.name}" in README


def test_it_can_be_read_in_a_sitting_and_on_a_terminal():
    rows = README.splitlines()
    assert len(rows) <= LINES_MAX
    prose = [row for row in rows if not row.startswith(("|", "$", "          timestamp=", "!["))]
    assert [row for row in prose if len(row) > COLUMNS_MAX] == []

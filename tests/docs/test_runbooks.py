"""Goal: a runbook says what the program says. Each page is lived in a shell; what differs is a difference of words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "runbooks"
NAMED = {path.name for path in PAGES.glob("*.md")} - {"README.md"}


@pytest.fixture(scope="module")
def make_runbooks(generator):
    return generator("make_runbooks")


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_page_still_holds(make_runbooks, name):
    page = (PAGES / name).read_text()
    assert make_runbooks.BLOCK.search(page), "a runbook that nothing exercises"
    assert make_runbooks.difference(page, make_runbooks.lived(page)) == [], "python docs/make_runbooks.py"


def test_a_page_that_says_something_else_is_noticed(make_runbooks):
    page = "```console\n$ hedgectl explain risk.symbol_cap\nNo such thing.\n```\n"
    found = make_runbooks.difference(page, make_runbooks.lived(page))
    assert "-No such thing." in found
    assert any(row.startswith("+risk.symbol_cap") for row in found)


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("fill 0.002 @ 61 798.90 fee 0.06", "fill 0.014 @ 2 680.1 fee 0.1", True),
        ("last event 902ms ago", "last event 1m15s ago", True),
        ("id h1-e000001-lf2ed257f4355eea7b698", "id h1-e000001-l6771480a93777193b211", True),
        ("2026-11-21 02:18:59 UTC", "2027-01-01 00:00:00 UTC", True),
        ("1 position, 1 of 1 with a stop", "1 position, 0 of 1 without a stop", False),
        ("exits stay open", "exits stay closed", False),
    ],
)
def test_what_is_compared(make_runbooks, one, other, same):
    assert (make_runbooks.settled(one) == make_runbooks.settled(other)) is same


def test_of_a_loose_block_the_middle_is_free(make_runbooks):
    page = "```console loosely\n$ one\nfirst\n{}\nlast\n$ two\nonly\n```\n"
    assert make_runbooks.difference(page.format("a\nb"), page.format("b")) == []
    assert make_runbooks.difference(page.format("a"), page.format("a").replace("last", "lost"))
    assert make_runbooks.difference(page.format("a"), page.format("a").replace("only", "else"))


def test_the_overview_names_every_page():
    assert set(re.findall(r"\]\(([a-z-]+\.md)\)", (PAGES / "README.md").read_text())) >= NAMED

"""Goal: no law is a formality. Each product that is broken on purpose, from outside, is caught by the law that is meant
for it, in a storm or at a crash point; the product as it is passes the very same lives.

A change of the product changes its lives. Where a seed does not catch any more, look for others with
`SEARCH=blind_resend:1-200 pytest -s tests/drills/test_broken_products.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .broken.catalogue import BROKEN
from .broken.page import MARK, PAGE, written
from .broken.registry import Broken, Life, laws_broken

LIVES_MAX = 5
SEARCHED = [each.split(":") for each in os.environ.get("SEARCH", "").split(",") if each]
LIVES = sorted({life for each in BROKEN.values() for life in each.lives}, key=str)


def caught(each: Broken, folder: Path) -> tuple[list[Life], set[str]]:
    """The lives until the law that is meant spoke, and every law that did."""
    tried: list[Life] = []
    found: set[str] = set()
    for life in each.lives:
        tried.append(life)
        found |= laws_broken(life, folder)
        if each.law in found:
            break
    return tried, found


@pytest.mark.skipif(bool(SEARCHED), reason="SEARCH looks for seeds")
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_product_is_caught(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    each = BROKEN[name]
    each.break_(monkeypatch)
    tried, found = caught(each, tmp_path)
    print(f"{name}: {', '.join(map(str, tried))} caught by {', '.join(sorted(found)) or 'nobody'}")
    assert each.law in found, f"{name}: {each.about} Tried {tried}, caught by {sorted(found) or 'nobody'}"


@pytest.mark.skipif(bool(SEARCHED), reason="SEARCH looks for seeds")
@pytest.mark.parametrize("life", LIVES, ids=str)
def test_the_product_as_it_is_passes_the_same_lives(life: Life, tmp_path: Path) -> None:
    assert laws_broken(life, tmp_path) == set()


def test_each_is_told_and_cheap() -> None:
    assert len(BROKEN) >= 18
    for each in BROKEN.values():
        assert each.about.endswith(".")
        assert 1 <= len(each.lives) <= LIVES_MAX


def test_the_page_is_of_today() -> None:
    text = PAGE.read_text()
    assert MARK in text
    assert text == written(text), "python -m tests.drills.broken.page writes it anew"
    assert text.count("\n") <= 80


if SEARCHED:

    @pytest.mark.parametrize("name, seeds", SEARCHED)
    def test_search(name: str, seeds: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        first, last = map(int, seeds.split("-"))
        BROKEN[name].break_(monkeypatch)
        for seed in range(first, last + 1):
            if found := laws_broken(seed, tmp_path):
                print(f"{name}: {seed} is caught by {', '.join(sorted(found))}", flush=True)

"""Goal: one pass ends as soon as it has nothing to wait for, and says what was in its way (virtual time)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hedgectl.config.options import RunOptions
from hedgectl.config.sources import load
from hedgectl.core.model.input import ReadFailed
from hedgectl.runtime.assembly import Job, Rig, Trader
from hedgectl.runtime.loop import run_virtual
from hedgectl.runtime.place import open_place
from hedgectl.screens.terminal import Silent


@pytest.fixture
def once(tmp_path):
    """once(change): the summary of a pass whose place `change` had a hand in."""

    def lived(change, **options):
        def opened(*given, **more):
            place = open_place(*given, **more)
            change(place)
            return place

        keys = {"run.state_dir": str(tmp_path), "run.symbols": "BTCUSDT", "journal.synchronous": "OFF"}
        config = load(keys, {}).config
        asked = replace(RunOptions(once=True, virtual=True, demo=False), **options)
        job = Job(asked, config, tmp_path, tmp_path, Silent())
        return run_virtual(lambda clock: Trader(job, clock, Rig(opened)).main())

    return lived


def test_a_pass_over_a_calm_account_takes_moments(once):
    summary = once(lambda place: None)
    assert (summary.exit_code, summary.why, summary.unlisted) == (0, "once", "")
    assert summary.ran_s < 5


def test_a_symbol_that_is_not_listed_ends_the_pass_soon_and_is_named(once):
    def stranger(place):
        place.symbols = (*place.symbols, "FOOUSDT")

    summary = once(stranger)
    assert summary.ran_s < 5
    assert summary.exit_code == 1
    assert "FOOUSDT" in summary.unlisted


def deaf(place):
    async def snapshot(symbols=None):
        return ReadFailed("snapshot", "", "scripted: no answer")

    place.venue.snapshot = snapshot


def test_an_account_that_cannot_be_read_is_exit_5_with_its_reason(once):
    summary = once(deaf)
    assert summary.exit_code == 5
    assert "scripted: no answer" in summary.unread


def test_for_bounds_a_pass_too(once):
    assert once(deaf, for_s=3.0).ran_s < 15

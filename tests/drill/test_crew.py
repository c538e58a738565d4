"""Goal: many seeds over processes come to the same report as one by one; what breaks is told; nothing stays."""

from __future__ import annotations

import pytest

from hedgectl.drill import crew
from hedgectl.drill.crew import live_seed, sweep
from hedgectl.drill.storm import Storm
from hedgectl.runtime.folders import JOURNAL


def nobody(lived):
    """Nobody listens."""


def same(report):
    return (report.lives, report.laws, report.reached, report.repairs_ms, report.wrong_usd_s, report.digest)


def test_two_processes_report_what_one_does():
    heard = []
    alone = sweep(range(1, 5), "mild", 1, nobody)
    assert same(sweep(range(1, 5), "mild", 2, heard.append)) == same(alone)
    assert sorted(each.seed for each in heard) == [1, 2, 3, 4]


@pytest.fixture
def broken(monkeypatch):
    """Every life ends with an exception."""

    def fall(self, folder):
        (folder / JOURNAL).write_text("what there was")
        raise ZeroDivisionError("a quote of nothing")

    monkeypatch.setattr(Storm, "live", fall)


def test_a_run_that_breaks_is_a_finding_and_its_state_is_kept(broken, tmp_path):
    lived = live_seed(3, "storm", tmp_path)
    assert lived.breaches[0].law == "the_run_lives"
    assert "ZeroDivisionError: a quote of nothing" in lived.breaches[0].what
    assert (tmp_path / "storm-3" / JOURNAL).read_text() == "what there was"


def test_no_folder_stays_behind(broken, monkeypatch, tmp_path):
    monkeypatch.setattr(crew, "MEMORY_FOLDER", tmp_path)
    live_seed(3)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_with_what_there_is():
    def interrupt(lived):
        if lived.seed == 2:
            raise KeyboardInterrupt

    report = sweep(range(1, 9), "mild", 1, interrupt)
    assert (report.lives, report.interrupted) == (2, True)
    assert report.missed == ()

"""Goal: `hedgectl drill` answers with exit codes, in columns and in JSON, and names what replays a failing seed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hedgectl.commands.app import call
from hedgectl.drill import crew
from hedgectl.drill.oracle import Breach
from hedgectl.drill.storm import Storm
from hedgectl.screens.drill import DrillView, FailingLife, SweptView, drill_lines, swept_lines

VIEW = DrillView(
    profile="storm", seeds="1-2000", lives=2_000, took_s=252.0, intents=71_204, orders=60_110, kills=1_380,
    laws={"exits_are_taken": 0, "every_fill_once": 0, "calm_heals": 3},
    reached={"posture RED": 12, "fault http_418": 96},
    missed=("stop vanished (in 200 lives)",), wrong=(12.3, 900.0, 20_000.5), naked=(0.0, 40.25, 41.0),
    repair_s=(0.029, 6.2, 21.0), healed_s=(0.0, 12.0, 18.5), cpu_ms=(0.5, 131.4, 3.6), digest="ab" * 32,
    failing=(FailingLife(("calm_heals: BTCUSDT is naked",), "hedgectl drill --seeds 17-17 --profile storm"),),
    problems=("3 lives broke a law",), interrupted=False, binding=True,
)  # fmt: skip


@pytest.fixture
def ask(folder, capsys):
    def run(*words):
        code = call([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_calm_sweep_is_0(ask):
    code, out, err = ask("drill", "--seeds", "1-2", "--profile", "mild", "--jobs", "1")
    assert code == 0
    assert "every law held" in out
    assert "2 of 2 lives" in err


def test_a_failing_seed_is_1_and_names_its_replay(ask, monkeypatch):
    monkeypatch.setattr(crew, "judge", lambda *_: [Breach("calm_heals", "BTCUSDT is naked")])
    code, out, _ = ask("drill", "--seeds", "17", "--profile", "mild", "--jobs", "1", "-q")
    assert code == 1
    assert "hedgectl drill --seeds 17-17 --profile mild" in out
    assert "calm_heals: BTCUSDT is naked" in out


def test_json_has_laws_states_and_problems(ask, monkeypatch):
    monkeypatch.setattr(crew, "judge", lambda *_: [Breach("calm_heals", "BTCUSDT is naked")])
    code, out, err = ask("drill", "--seeds", "3", "--profile", "mild", "--jobs", "1", "--json", "-q")
    answer = json.loads(out)
    assert (code, answer["exit_code"], err) == (1, 1, "")
    assert answer["data"]["laws"]["calm_heals"] == 1
    assert answer["data"]["reached"]["posture GREEN"] >= 1
    assert answer["problems"][0]["hint"] == "hedgectl drill --seeds 3-3 --profile mild"


def test_a_kept_life_can_be_traced(ask, monkeypatch, tmp_path):
    monkeypatch.setattr(crew, "judge", lambda *_: [Breach("calm_heals", "kept")])
    ask("drill", "--seeds", "1", "--profile", "mild", "--jobs", "1", "-q", "--keep", tmp_path / "kept")
    code, out, _ = ask("trace", "--state-dir", tmp_path / "kept" / "mild-1")
    assert code == 0
    assert "orders, " in out


def test_a_broken_run_is_1(ask, monkeypatch):
    def fall(self, folder):
        raise ZeroDivisionError("a quote of nothing")

    monkeypatch.setattr(Storm, "live", fall)
    code, out, _ = ask("drill", "--seeds", "1", "--jobs", "1", "-q")
    assert code == 1
    assert "the_run_lives: ZeroDivisionError: a quote of nothing" in out


@pytest.mark.parametrize(
    "words, said",
    [
        (["--seeds", "x"], "write 1-2000, or 17"),
        (["--seeds", "9-1"], "names 0 seeds"),
        (["--seeds", "1-9999999"], "1 to 1000000 are allowed"),
        (["--profile", "breeze"], "none of mild, storm, hurricane"),
        (["--scenario", "no-such"], "there are "),
    ],
)
def test_nonsense_is_a_usage_error(ask, words, said):
    code, _, err = ask("drill", *words)
    assert code == 2
    assert said in err


@pytest.mark.parametrize("width", (80, 140))
def test_the_report_fits(width):
    rows = [row.plain for row in drill_lines(VIEW, width)]
    assert max(len(row) for row in rows) <= width
    text = "\n".join(rows)
    for said in ("2 held", "✗ calm_heals in 3", "✗ never: stop vanished", "p50 29ms  p99 6s  max 21s",
                 "hedgectl drill --seeds 17-17 --profile storm", "✗ 3 lives broke a law"):  # fmt: skip
        assert said in text
    assert ("fault http_418 96" in text) is (width == 140)


def test_crash_points_are_told():
    rows = [row.plain for row in swept_lines([SweptView("market-entry", "hedge", 40, 46, ["3 send.after: naked"])], 80)]
    assert rows == [
        "crashes   market-entry  hedge  40 points  46 lives  ✗ 1 failed",
        "✗ hedge  3 send.after: naked",
    ]


def test_an_interrupted_sweep_claims_nothing():
    text = "\n".join(row.plain for row in drill_lines(replace(VIEW, interrupted=True, problems=()), 80))
    assert "2 000 lives, interrupted" in text
    assert "held" not in text.splitlines()[-1]

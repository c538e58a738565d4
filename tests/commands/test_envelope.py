"""Goal: every command has one envelope, one exit code and the same common options, before or after its name."""

from __future__ import annotations

import pytest

from hedgectl.commands.result import ExitCode, Problem, Result, envelope

KEYS = ["hedgectl", "command", "status", "exit_code", "at", "data", "problems"]

COMMANDS = [
    (["version"], 0),
    (["explain"], 0),
    (["explain", "intent.expired"], 0),
    (["explain", "intent.nope"], 1),
    (["config", "show"], 0),
    (["config", "show", "--origin"], 0),
    (["config", "check"], 0),
    (["config", "explain", "run.cycle_s"], 0),
    (["config", "explain", "run.nope"], 1),
    (["config", "init"], 0),
    (["status"], 1),
    (["trace", "k7"], 1),
    (["submit", "--symbol", "btcusdt"], 1),
    (["submit", "--symbol", "BTCUSDT", "--side", "BUY", "--notional", "100"], 0),
    (["submit"], 2),
    (["nonsense"], 2),
    (["run", "--for", "soon"], 2),
    (["run", "--virtual"], 2),
    (["run", "--env", "live"], 2),
    (["run", "--env", "mars"], 3),
    (["run", "--env", "demo", "--once"], 4),
    (["config", "check", "nowhere.toml"], 3),
    (["run", "--feed", "nowhere.gz"], 2),
    (["sim", "serve", "--port", "70000"], 2),
]
IDS = [" ".join(args) for args, _ in COMMANDS]


@pytest.mark.parametrize("args, code", COMMANDS, ids=IDS)
@pytest.mark.parametrize("place", ["before", "after"])
def test_json_is_one_envelope_with_fixed_keys(hedgectl, args, code, place):
    answer = hedgectl("--json", *args) if place == "before" else hedgectl(*args, "--json")
    found = answer.json
    assert list(found) == KEYS
    assert answer.code == found["exit_code"] == code
    assert found["status"] == ("ok" if code == 0 else "partial" if code == 1 else "error")
    assert found["at"].endswith("Z")
    assert bool(found["problems"]) is (code != 0)
    for problem in found["problems"]:
        assert problem["severity"] in ("fail", "warn")
        assert problem["code"]
        assert problem["what"]
        assert problem["hint"]
    assert answer.err == ""


@pytest.mark.parametrize("args, code", COMMANDS, ids=IDS)
def test_text_goes_to_stdout_and_problems_to_stderr(hedgectl, args, code):
    answer = hedgectl(*args)
    assert answer.code == code
    if code == 0:
        assert answer.out
        assert answer.err == ""
    else:
        assert answer.err.startswith("✗ ")
        assert "  fix " in answer.err
    assert "\x1b" not in answer.out + answer.err
    assert "Traceback" not in answer.err


def test_quiet_says_nothing_on_success_and_keeps_the_exit_code(hedgectl):
    assert hedgectl("config", "check", "-q").out == ""
    assert hedgectl("explain", "nope.nope", "-q").err


def test_a_typo_gets_the_near_command(hedgectl):
    assert "Did you mean 'status'?" in hedgectl("stats").err


def test_hedgectl_alone_is_help_until_a_run_exists(hedgectl, lived):
    assert "Usage: hedgectl" in hedgectl().out
    alone, status = hedgectl("--state-dir", lived), hedgectl("status", "--state-dir", lived)
    assert (alone.code, alone.out) == (status.code, status.out)


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("args", [[], ["run"], ["submit"], ["config"], ["config", "show"], ["sim", "serve"]])
def test_help_is_one_flag_away_everywhere(hedgectl, args, flag):
    answer = hedgectl(*args, flag)
    assert answer.code == 0
    assert "Usage: hedgectl" in answer.out


def test_colour_only_when_wanted(hedgectl, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in hedgectl("version").out
    assert "\x1b[" not in hedgectl("version", "--no-color").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in hedgectl("version").out


def test_every_exit_code_has_a_meaning_that_explain_tells(hedgectl):
    for each in ExitCode:
        assert each.meaning in hedgectl("explain", f"exit.{int(each)}").out


def test_a_bug_is_70_and_leaves_a_report_without_secrets(hedgectl, monkeypatch, tmp_path):
    def broken(common):
        raise LookupError("GET /fapi/v1/order?signature=deadbeefdeadbeef")

    monkeypatch.setattr("hedgectl.config.locate.journal_path", lambda *_: broken(None))
    answer = hedgectl("status", "--json")
    assert answer.code == 70
    (problem,) = answer.json["problems"]
    report = problem["hint"].removeprefix("report: ")
    with open(report) as file:
        text = file.read()
    assert "LookupError" in text
    assert "deadbeef" not in text + answer.out


def test_problems_keep_their_own_keys_in_the_envelope():
    found = envelope(Result("a b", ExitCode.PROBLEMS, problems=(Problem("x.y", "w", "h", about={"symbol": "S"}),)), "t")
    assert found["command"] == ["a", "b"]
    assert found["problems"] == [{"code": "x.y", "severity": "fail", "what": "w", "hint": "h", "symbol": "S"}]

"""Goal: `sizing-check` says to the cent what the run does, cures what it names, works offline from one file (R5)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path

import orjson
import pytest

from hedgectl.config.instruments import NAME, Listed, read_instruments, written

ROOT = Path(__file__).parents[2]
HEAVY = {"ccxt", "aiohttp", "requests", "textual"}
SEED = '[risk]\norder_notional_usdt_min = 10\nsymbol_notional_usdt_min = ["BTCUSDT=15"]\n[run]\nsymbols = ["BTCUSDT"]\n'


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    """A snapshot that is taken here is seen by no other test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))


@pytest.fixture
def seed(folder):
    """The earlier system's desk: price 50,000, step 0.0001, exchange minimum 5; floors 10 and 15, cap 8 % of NAV."""
    each = read_instruments(None).listed["BTCUSDT"]
    rules = replace(each.rules, market_step=D("0.0001"), market_min_qty=D("0.0001"), min_notional=D(5))
    (folder / NAME).write_bytes(written("sim", 4_000_000_000_000, (Listed(D(50_000), rules),)))
    (folder / "hedgectl.toml").write_text(SEED)
    return folder


@pytest.mark.parametrize(("nav", "code"), [("187.49", 1), ("187.50", 0), ("400", 0), ("0.01", 1)])
def test_the_seeds_case_to_the_cent(hedgectl, seed, nav, code):
    answer = hedgectl("sizing-check", "--nav", nav)
    assert answer.code == code
    assert "187.50" in answer.out
    assert ("sizer_cap" in answer.out) is bool(code)
    assert answer.err == ""


def test_the_seeds_case_as_json(hedgectl, seed):
    found = hedgectl("sizing-check", "--nav", "187.49", "--json").json
    (symbol,) = found["data"]["symbols"]
    assert found["exit_code"] == 1
    assert (symbol["smallest_usdt"], symbol["nav_needed_usdt"], symbol["cap_usdt"]) == ("15", "187.5", "14.9992")
    assert [each["kind"] for each in symbol["fixes"]] == ["lower the floor", "raise the cap", "add margin"]
    assert [each["smallest_usdt"] for each in symbol["floors"]] == ["5", "10", "15"]
    (problem,) = found["problems"]
    assert (problem["code"], problem["symbol"]) == ("sizer_cap", "BTCUSDT")
    assert problem["hint"] == '[risk] symbol_notional_usdt_min = ["BTCUSDT=10"]'


@pytest.mark.parametrize("which", [0, 1, 2])
def test_any_one_fix_cures_when_it_is_done_as_printed(hedgectl, seed, monkeypatch, which):
    data = hedgectl("sizing-check", "--nav", "187.49", "--json").json["data"]
    fix = data["symbols"][0]["fixes"][which]
    for each in fix["settings"]:
        value = ",".join(orjson.loads(each["new"])) if each["new"].startswith("[") else each["new"]
        monkeypatch.setenv(each["variable"], value)
    assert hedgectl("sizing-check", "--nav", fix["nav_usdt"]).code == 0


def test_a_printed_line_cures_when_it_is_pasted_into_its_table(hedgectl, seed):
    shown = hedgectl("sizing-check", "--nav", "187.49").out
    line = re.search(r"lower the floor +\[risk\] (symbol_notional_usdt_min = \S+)", shown)
    (seed / "hedgectl.toml").write_text(SEED.replace('symbol_notional_usdt_min = ["BTCUSDT=15"]', line[1]))
    assert hedgectl("sizing-check", "--nav", "187.49").code == 0


def test_on_the_shipped_snapshot_the_nav_that_is_named_is_the_nav_that_works(hedgectl):
    data = hedgectl("sizing-check", "--nav", "400", "--json").json["data"]
    needed = {each["symbol"]: each["nav_needed_usdt"] for each in data["symbols"]}
    assert list(needed) == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    for symbol, nav in needed.items():
        below = D(nav) - D("0.01")
        assert hedgectl("sizing-check", "--nav", nav, "--symbol", symbol).code == 0
        assert hedgectl("sizing-check", "--nav", below, "--symbol", symbol).code == 1
    assert "min 100: 2 × 0.001" in hedgectl("sizing-check", "--nav", "400").out


def test_an_old_snapshot_is_a_warning_with_its_cure_and_a_fresh_one_is_none(hedgectl, folder):
    answer = hedgectl("sizing-check", "--nav", "5000")
    assert answer.code == 0
    assert "! rules and prices are" in answer.out
    assert hedgectl("config", "instruments", "--refresh").code == 0
    again = hedgectl("sizing-check", "--nav", "5000", "--json").json
    assert again["problems"] == []
    assert again["data"]["rules"]["old"] is False


def test_rules_of_another_venue_are_a_warning(hedgectl, seed, monkeypatch):
    monkeypatch.setenv("HEDGECTL_RUN__ENVIRONMENT", "live")
    assert "the rules are of sim, the run is set to live" in hedgectl("sizing-check", "--nav", "400").out


def test_the_sweep_names_the_nav_from_which_each_symbol_trades(hedgectl):
    answer = hedgectl("sizing-check", "--nav-range", "100:1000")
    rows = [row.split() for row in answer.out.splitlines() if "USDT  " in row and "from" in row]
    assert [(row[0], row[1], row[-2:]) for row in rows] == [
        ("✓", "SOLUSDT", ["from", "77.50"]),
        ("·", "ETHUSDT", ["from", "268.00"]),
        ("✗", "BTCUSDT", ["1", "545.01"]),
    ]
    assert answer.code == 1
    assert hedgectl("sizing-check", "--nav-range", "2000:3000").code == 0


def test_a_posture_is_assumed_and_all_are_told(hedgectl):
    calm, grave = (
        hedgectl("sizing-check", "--nav", "5000", "--posture", each, "--json").json for each in ("green", "RED")
    )
    assert (calm["exit_code"], grave["exit_code"]) == (0, 1)
    assert {each["code"] for each in grave["problems"] if each["severity"] == "fail"} == {"belief.posture"}
    assert [each["entry_usdt"] for each in calm["data"]["postures"]] == ["1000", "500", "200", "0"]


def test_without_a_nav_the_journal_is_asked_and_its_age_told(hedgectl, lived):
    answer = hedgectl("sizing-check", "--state-dir", lived, "--json").json
    assert answer["data"]["nav_usdt"] == "10000"
    assert re.match(r"noted .* ago in .*journal\.db", answer["data"]["nav_from"])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "give --nav 400"),
        (["--nav", "x"], "not a number"),
        (["--nav", "nan"], "not a number"),
        (["--nav", "0"], "not above 0"),
        (["--nav", "-1"], "not above 0"),
        (["--nav", "1e13"], "at most"),
        (["--nav-range", "100"], "write 100:1000"),
        (["--nav-range", "200:100"], "not below"),
        (["--nav", "1", "--nav-range", "1:2"], "not both"),
        (["--nav", "400", "--posture", "BLUE"], "one of GREEN"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_usage_error_that_says_how(hedgectl, args, said):
    answer = hedgectl("sizing-check", *args)
    assert answer.code == 2
    assert said in answer.err


def test_a_symbol_without_rules_fails_and_one_that_is_not_listed_is_told(hedgectl):
    unknown = hedgectl("sizing-check", "--nav", "400", "--symbol", "foousdt", "--json").json
    assert unknown["exit_code"] == 1
    assert "sizing.no_rules" in [each["code"] for each in unknown["problems"]]
    other = hedgectl("sizing-check", "--nav", "400", "--symbol", "xrpusdt", "--json").json
    assert other["exit_code"] == 0
    assert "risk.not_listed" in [each["code"] for each in other["problems"]]


def test_a_damaged_snapshot_is_a_configuration_error(hedgectl, folder):
    (folder / NAME).write_text("{}")
    answer = hedgectl("sizing-check", "--nav", "400")
    assert answer.code == 3
    assert "config.instruments" in answer.err


def test_config_check_names_floors_above_their_caps_as_warnings(hedgectl, seed):
    calm, known = hedgectl("config", "check"), hedgectl("config", "check", "--nav", "187.49", "--json").json
    assert (calm.code, calm.out.count("\n")) == (0, 1)
    (problem,) = known["problems"]
    assert (known["exit_code"], problem["severity"], problem["code"]) == (0, "warn", "sizer_cap")
    assert problem["hint"] == "hedgectl sizing-check --nav 187.49 --symbol BTCUSDT"
    assert hedgectl("config", "check", "--nav", "187.50", "--json").json["problems"] == []


def test_config_check_names_a_floor_that_no_nav_helps_without_a_nav(hedgectl, seed):
    (seed / "hedgectl.toml").write_text(SEED.replace("BTCUSDT=15", "BTCUSDT=1500"))
    answer = hedgectl("config", "check")
    assert "limits.order_notional_usdt_max leaves 1 000.00 at any NAV" in answer.out


def test_config_check_survives_a_damaged_snapshot(hedgectl, folder):
    (folder / NAME).write_text("{}")
    found = hedgectl("config", "check", "--json").json
    assert (found["exit_code"], found["problems"][0]["code"]) == (0, "config.instruments")


def test_config_instruments_shows_rules_prices_and_age(hedgectl):
    answer = hedgectl("config", "instruments")
    assert answer.code == 0
    assert "as shipped" in answer.out
    assert re.search(r"BTCUSDT +TRADING +61 800\.30 +0\.1 +0\.001 +0\.001 +120 +100", answer.out)


def test_a_refresh_rewrites_the_snapshot_from_the_venue(hedgectl, folder):
    named = folder / "desk" / "hedgectl.toml"
    named.parent.mkdir()
    named.write_text("[box]\nlatency_ms = 0\n")
    data = hedgectl("config", "instruments", "--refresh", "--config", named, "--json").json["data"]
    fresh = read_instruments(named)
    assert data["path"] == str(fresh.path) == str(named.with_name(NAME))
    assert fresh.source == "sim"
    assert {each: one.rules for each, one in fresh.listed.items()} == {
        each: one.rules for each, one in read_instruments(None).listed.items()
    }


def test_a_venue_that_cannot_be_named_or_asked_says_so(hedgectl):
    assert hedgectl("config", "instruments", "--env", "live").code == 2
    assert hedgectl("config", "instruments", "--refresh", "--env", "mars").code == 3


@pytest.mark.parametrize(
    "args", [["sizing-check", "--nav", "400"], ["config", "check", "--nav", "400"], ["config", "instruments"]]
)
def test_nothing_offline_imports_an_exchange_client(folder, args):
    command = [sys.executable, "-X", "importtime", "-m", "hedgectl", *args]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in lines} & HEAVY == set()
    assert lines

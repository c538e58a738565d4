"""Goal: flags > environment > file > defaults, each with its origin; every mistake is named, at once, with a cure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from hedgectl.config.problem import ConfigRefused
from hedgectl.config.sources import load
from hedgectl.core.model.verdict import CODES


def refused(flags=None, environ=None, text=None, path=Path("hedgectl.toml")):
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigRefused) as caught:
        load(flags or {}, environ or {}, None)
    return caught.value.problems


def test_defaults_are_valid_and_say_so(folder):
    loaded = load({}, {})
    assert loaded.file is None
    assert set(loaded.origins.values()) == {"default"}


def test_flags_beat_environment_beats_file_beats_defaults(folder):
    (folder / "hedgectl.toml").write_text("[run]\ncycle_s = 20\nquotes_every_ms = 500\n[box]\nseed = 2\n")
    environ = {"HEDGECTL_RUN__CYCLE_S": "30", "HEDGECTL_BOX__SEED": "3"}
    loaded = load({"box.seed": 4}, environ)
    assert (loaded.config.run.quotes_every_ms, loaded.config.run.cycle_s, loaded.config.box.seed) == (500, 30, 4)
    origins = loaded.origins
    assert origins["run.quotes_every_ms"] == "hedgectl.toml"
    assert origins["run.cycle_s"] == "HEDGECTL_RUN__CYCLE_S"
    assert origins["box.seed"] == "--seed"
    assert origins["run.trades_back_s"] == "default"


def test_only_one_file_is_read_and_the_nearest_wins(folder, monkeypatch):
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "hedgectl.toml").write_text("[run]\ncycle_s = 20\n[box]\nseed = 9\n")
    (folder / "hedgectl.toml").write_text("[run]\ncycle_s = 30\n")
    config = load({}, {}).config
    assert (config.run.cycle_s, config.box.seed) == (30, 1)
    (folder / "hedgectl.toml").unlink()
    assert load({}, {}).config.box.seed == 9


def test_the_users_folder_is_the_last_place(folder, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "home"))
    (folder / "home" / "hedgectl").mkdir(parents=True)
    (folder / "home" / "hedgectl" / "hedgectl.toml").write_text("[box]\nseed = 11\n")
    assert load({}, {}).config.box.seed == 11


def test_decimals_stay_exact_as_numbers_and_as_text(folder):
    (folder / "hedgectl.toml").write_text('[cover]\nstop_pct = 1.10000000000000001\n[rate]\nentry_share = "0.7"\n')
    config = load({}, {}).config
    assert config.cover.stop_pct == Decimal("1.10000000000000001")
    assert config.rate.entry_share == Decimal("0.7")


def test_symbols_come_as_a_list_or_with_commas(folder):
    assert load({"run.symbols": "BTCUSDT, ETHUSDT"}, {}).config.run.symbols == ("BTCUSDT", "ETHUSDT")
    (folder / "hedgectl.toml").write_text('[run]\nsymbols = ["SOLUSDT"]\n')
    assert load({}, {}).config.run.symbols == ("SOLUSDT",)


def test_the_configuration_is_frozen(folder):
    config = load({}, {}).config
    with pytest.raises(ValueError, match="frozen"):
        config.run.cycle_s = 1


MALFORMED = [
    ("unknown key", "[run]\ncycle = 1", "unknown_key", "run.cycle", "did you mean run.cycle_s?"),
    ("unknown section", "[runs]\n", "unknown_key", "runs", "did you mean run?"),
    ("key without its section", "cycle_s = 1", "unknown_key", "cycle_s", "did you mean run.cycle_s?"),
    ("key in another section", "[limits]\ncycle_s = 1", "unknown_key", "limits.cycle_s", "did you mean run.cycle_s?"),
    ("section as a value", "run = 1", "wrong_type", "run", "write [run] on its own line"),
    ("earlier share", "[limits]\nmax_nav_pct = 8", "legacy_key", "limits.max_nav_pct", "risk.symbol_nav_pct_max"),
    ("earlier floor", "min_gross_usd_per_order = 10", "legacy_key", "min_gross_usd_per_order", "risk.order_notional"),
    ("earlier floors", "[per_symbol_min_gross_usd]", "legacy_key", "per_symbol_min_gross_usd", '["BTCUSDT=15"]'),
    ("earlier size", "capital_per_trade_usdt = 9", "legacy_key", "capital_per_trade_usdt", "limits.order_notional"),
    ("secret", '[run]\napi_secret = "s3cr3t"', "secret_key", "run.api_secret", "HEDGECTL_API_KEY"),
    ("secret at the top", 'binance_api_key = "s3cr3t"', "secret_key", "binance_api_key", "mode 0600"),
    ("text for a number", '[run]\ncycle_s = "20"', "wrong_type", "run.cycle_s", "cycle_s = 10"),
    ("fraction for an integer", "[run]\ncycle_s = 1.5", "wrong_type", "run.cycle_s", "config explain run.cycle_s"),
    ("true for a number", "[run]\ncycle_s = true", "wrong_type", "run.cycle_s", "config explain run.cycle_s"),
    ("true for a share", "[rate]\nentry_share = true", "wrong_type", "rate.entry_share", "config explain"),
    ("date for a number", "[box]\nseed = 2026-01-01", "wrong_type", "box.seed", "config explain box.seed"),
    ("nan", "[cover]\nstop_pct = nan", "wrong_type", "cover.stop_pct", "config explain"),
    ("infinity", "[cover]\nstop_pct = inf", "wrong_type", "cover.stop_pct", "config explain"),
    ("number for a text", "[run]\nstate_dir = 1", "wrong_type", "run.state_dir", "config explain"),
    ("text for a list", '[run]\nsymbols = "BTCUSDT"', "wrong_type", "run.symbols", "config explain"),
    ("table for a number", "[run]\ncycle_s = {a = 1}", "wrong_type", "run.cycle_s", "config explain"),
    ("below its bound", "[run]\ncycle_s = 0", "out_of_range", "run.cycle_s", "config explain"),
    ("above its bound", "[run]\ncycle_s = 601", "out_of_range", "run.cycle_s", "config explain"),
    ("zero share", "[rate]\nentry_share = 0", "out_of_range", "rate.entry_share", "config explain"),
    ("negative money", "[limits]\norder_notional_usdt_max = -1", "out_of_range", "limits.order_notional_usdt_max", ""),
    ("no symbols", "[run]\nsymbols = []", "out_of_range", "run.symbols", "config explain"),
    ("lower-case symbol", '[run]\nsymbols = ["btcusdt"]', "not_allowed", "run.symbols", "config explain"),
    ("near word", '[run]\nenvironment = "Live"', "not_allowed", "run.environment", 'write "live"'),
    ("far word", '[box]\nregime = "stormy"', "not_allowed", "box.regime", "config explain"),
    ("two values", "[settle]\nlook_every_ms_min = 3000", "inconsistent", "settle.look_every_ms_min", "raise settle."),
    (
        "order above symbol",
        "[limits]\nsymbol_notional_usdt_max = 10",
        "inconsistent",
        "limits.order_notional_usdt_max",
        "",
    ),
    ("not toml", "[run\ncycle_s = 1", "not_toml", "", "line 1"),
    ("key twice", "[run]\ncycle_s = 1\ncycle_s = 2", "not_toml", "", "overwrite"),
    ("not utf-8", b"[run]\nstate_dir = '\xff'", "not_toml", "", "byte 19"),
    ("too big", "# " + "x" * 300_000, "too_big", "", "config init"),
    ("too deep", "a = " + "[" * 20_000, "not_toml", "", ""),
]


@pytest.mark.parametrize("text, code, key, hint", [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED])
def test_malformed_files_are_refused_with_code_key_and_hint(folder, text, code, key, hint):
    (problem,) = refused(text=text)
    assert (problem.code, problem.key) == (f"config.{code}", key)
    assert hint in problem.hint
    assert problem.hint
    assert problem.expected
    assert problem.code in CODES
    assert "hedgectl.toml" in problem.origin
    assert "s3cr3t" not in problem.what + problem.hint


@pytest.mark.parametrize(
    "variable, value, code, key",
    [
        ("HEDGECTL_RUN__CYCLES", "1", "unknown_key", "run.cycles"),
        ("HEDGECTL_RUNS__CYCLE_S", "1", "unknown_key", "runs.cycle_s"),
        ("HEDGECTL_RUN__CYCLE_S", "ten", "wrong_type", "run.cycle_s"),
        ("HEDGECTL_RUN__CYCLE_S", "", "wrong_type", "run.cycle_s"),
        ("HEDGECTL_RUN__CYCLE_S", "9" * 5000, "wrong_type", "run.cycle_s"),
        ("HEDGECTL_RUN__SYMBOLS", " , ", "out_of_range", "run.symbols"),
        ("HEDGECTL_RATE__ENTRY_SHARE", "80%", "wrong_type", "rate.entry_share"),
        ("HEDGECTL_RUN__API_SECRET", "s3cr3t", "secret_key", "run.api_secret"),
    ],
)
def test_malformed_variables_are_refused_by_their_name(folder, variable, value, code, key):
    (problem,) = refused(environ={variable: value})
    assert (problem.code, problem.key, problem.origin) == (f"config.{code}", key, variable)
    assert "s3cr3t" not in problem.what
    assert len(problem.what) < 300


def test_every_problem_is_told_at_once(folder):
    problems = refused(environ={"HEDGECTL_RUN__CYCLE_S": "0", "HEDGECTL_BOX__SEEDS": "1"}, text="[box]\nregime = 'x'\n")
    assert {each.key for each in problems} == {"run.cycle_s", "box.seeds", "box.regime"}


def test_a_named_file_must_exist(folder):
    with pytest.raises(ConfigRefused) as caught:
        load({}, {}, Path("nowhere.toml"))
    assert caught.value.problems[0].code == "config.no_file"


def test_other_variables_of_ours_are_not_keys(folder):
    assert load({}, {"HEDGECTL_API_KEY": "k", "HEDGECTL_API_SECRET": "s"}).config.run.environment == "sim"

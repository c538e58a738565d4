"""Goal: the snapshot that is shipped holds what the desk trades by default; a damaged one is refused, never guessed."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, replace
from decimal import Decimal as D
from pathlib import Path

import orjson
import pytest

from hedgectl.config.instruments import NAME, OLD_S, SHIPPED, Listed, read_instruments, target, written
from hedgectl.config.problem import ConfigRefused
from hedgectl.config.sources import load
from hedgectl.sim.market.specs import spec_of

ROOT = Path(__file__).parents[2]
AT = 1_790_000_000_000


@pytest.fixture
def shipped(folder):
    return read_instruments(None)


@pytest.fixture
def stored(shipped):
    """The shipped file as plain data, to be damaged."""
    return orjson.loads(shipped.path.read_bytes())


def test_the_shipped_snapshot_holds_the_default_tiers_and_its_age(shipped):
    config = load({}, {}).config
    assert set(shipped.listed) == {symbol for tier in config.tiers.values() for symbol in tier.symbols}
    assert shipped.path in SHIPPED
    assert shipped.old(AT)
    assert not shipped.old(shipped.taken_ms + OLD_S * 1000)


def test_the_shipped_rules_are_those_that_the_embedded_exchange_trades_by(shipped):
    assert shipped.source == "sim"
    for symbol, each in shipped.listed.items():
        spec, rules = spec_of(symbol), asdict(each.rules)
        shared = {name: value for name, value in rules.items() if not name.startswith("market_m")}
        assert {name: getattr(spec, name, spec.step) for name in shared} == shared
        assert (each.rules.market_min_qty, each.rules.market_max_qty) == (spec.min_qty, spec.market_max_qty)
        assert abs(each.price - spec.anchor_price) < spec.anchor_price / 1000


def test_the_package_carries_the_snapshot():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert f"config/{NAME}" in wheel["only-include"]
    assert wheel["sources"] == {"config": "hedgectl/config"}


def test_what_is_written_is_read_again(shipped, folder):
    (folder / NAME).write_bytes(written("live", AT, tuple(shipped.listed.values())))
    again = read_instruments(None)
    assert (again.listed, again.source, again.taken_ms) == (shipped.listed, "live", AT)
    assert again.path == Path(NAME)


def test_the_nearest_snapshot_wins_and_is_the_one_that_is_replaced(shipped, folder, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "user"))
    named = folder / "desk" / "hedgectl.toml"
    one = (shipped.listed["BTCUSDT"],)
    user, near, beside = folder / "user" / "hedgectl" / NAME, Path("config") / NAME, named.with_name(NAME)
    assert (target(None), target(named)) == (user, beside)
    for path in (user, near, beside):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(path.parent.name, AT, one))
        assert target(named) == path
        assert read_instruments(named).path == path
    assert target(None) == read_instruments(None).path == near


def damaged(stored, **rules):
    stored["listed"][0]["rules"] |= rules
    return stored


@pytest.mark.parametrize(
    "broken",
    [
        lambda stored: damaged(stored, step="0"),
        lambda stored: damaged(stored, market_step="0"),
        lambda stored: damaged(stored, tick="NaN"),
        lambda stored: damaged(stored, max_qty="-1"),
        lambda stored: damaged(stored, min_notional="five"),
        lambda stored: damaged(stored, strange="1"),
        lambda stored: stored | {"taken": "yesterday"},
        lambda stored: stored | {"taken": "2026-01-01T00:00:00"},
        lambda stored: stored | {"taken": 1},
        lambda stored: stored | {"listed": [{"price": "0", "rules": stored["listed"][0]["rules"]}]},
        lambda stored: stored | {"listed": 3},
        lambda stored: [],
        lambda stored: "x" * 2_000_000,
    ],
)
def test_a_damaged_snapshot_is_refused_with_a_way_on(folder, stored, broken):
    (folder / NAME).write_bytes(orjson.dumps(broken(stored)))
    with pytest.raises(ConfigRefused) as refused:
        read_instruments(None)
    (problem,) = refused.value.problems
    assert problem.code == "config.instruments"
    assert problem.hint == "hedgectl config instruments --refresh"


def test_text_that_is_no_json_is_refused_too(folder):
    (folder / NAME).write_text("{")
    with pytest.raises(ConfigRefused):
        read_instruments(None)


def test_a_listed_symbol_keeps_its_digits(shipped):
    each = shipped.listed["BTCUSDT"]
    assert replace(each, price=D("61800.30")) == each == Listed(each.price, each.rules)

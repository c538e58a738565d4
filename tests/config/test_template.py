"""Goal: the template is the schema, every key is described, and no number of the core escapes the configuration."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hedgectl.config.catalogue import catalogue
from hedgectl.config.convert import settings_hash, to_settings
from hedgectl.config.sources import load
from hedgectl.config.template import template
from hedgectl.core.settings import RiskLimits, Settings

ROOT = Path(__file__).parents[2]


def test_the_shipped_file_is_the_template():
    assert (ROOT / "config" / "hedgectl.toml").read_text() == template()


def test_the_template_is_a_valid_file_that_changes_nothing(folder):
    (folder / "hedgectl.toml").write_text(template())
    assert load({}, {}).config == load({}, {}, None).config
    assert set(load({}, {}).origins.values()) == {"default"}


def test_every_commented_key_may_be_uncommented_as_it_stands(folder):
    text = re.sub(r"(?m)^# (\w+ = )", r"\1", template())
    (folder / "hedgectl.toml").write_text(text)
    loaded = load({}, {})
    assert set(loaded.origins.values()) == {"hedgectl.toml"}
    (folder / "hedgectl.toml").unlink()
    assert loaded.config == load({}, {}).config


def test_every_key_has_a_meaning_and_every_number_its_bounds():
    for key in catalogue().values():
        assert len(key.about) > 10, key.name
        assert not key.about.endswith("."), key.name
        if key.kind in (int, Decimal):
            assert key.most is not None, key.name
            assert (key.least is None) != (key.above is None), key.name


def test_names_carry_their_units():
    for key in catalogue().values():
        for unit, word in (("s", "_s"), ("ms", "_ms"), ("USDT", "_usdt"), ("bytes", "_bytes"), ("%", "_pct")):
            if key.unit == unit:
                assert word in key.name, key.name


def test_no_setting_of_the_core_is_left_to_its_own_default(folder):
    """Every field must follow the configuration: another configuration, another value of each."""
    text = []
    for key in catalogue().values():
        if key.kind in (int, Decimal) and not key.name.startswith(("box", "demo")):
            bounded = key.most - 1 if key.kind is int else Decimal(str(key.default)) + Decimal("0.01")
            text.append(f"[{key.name.split('.')[0]}]\n{key.name.split('.')[1]} = {bounded}")
    tables: dict[str, list[str]] = {}
    for each in text:
        head, value = each.split("\n")
        tables.setdefault(head, []).append(value)
    path = folder / "hedgectl.toml"
    path.write_text("\n".join("\n".join([head, *values]) for head, values in tables.items()))
    before = to_settings(load({}, {}, None).config)
    path.unlink()
    after = to_settings(load({"run.symbols": "XRPUSDT"}, {}).config)
    same = [
        each.name for each in dataclasses.fields(Settings) if getattr(before, each.name) == getattr(after, each.name)
    ]
    assert same == []


def test_the_defaults_of_the_core_are_those_of_the_schema(folder):
    config = load({}, {}).config
    signed = to_settings(config)  # what a desk signs (caps on NAV, throttles) has no default in the core
    assert replace(signed, risk=RiskLimits()) == Settings(symbols=config.run.symbols)


def test_a_setting_changes_the_hash_that_names_the_settings(folder):
    one, two = (to_settings(load({"run.cycle_s": cycle}, {}).config) for cycle in (10, 11))
    assert settings_hash(one) == settings_hash(to_settings(load({}, {}).config)) != settings_hash(two)

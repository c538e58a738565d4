"""Goal: whatever code the program can print, `hedgectl explain` knows. Codes are collected from the source itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from hedgectl.commands.codes import explained, known_codes

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in sorted((ROOT / "hedgectl").rglob("*.py")) if "sim" not in path.relative_to(ROOT).parts]
"""Without the embedded exchange: its codes are Binance's."""
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
BEGINNING = re.compile(r"[a-z][a-z0-9_]*\.")
NO_CODES = {"run.symbols"}
"""What looks like a code where codes are said, and is none."""
SAYERS = {"Problem", "Unread", "ConfigProblem", "alert", "code", "_cannot", "cannot", "_unread", "_refusal", "refused"}
"""Calls that take a code as one of their arguments."""


def texts(call):
    """The texts among the arguments of a call; of one that is put together, its beginning."""
    for each in [*call.args, *(word.value for word in call.keywords)]:
        for node in (each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                yield str(node.values[0].value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def said(path):
    """The codes, and the beginnings of codes, that a file says."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SAYERS:
            yield from (text for text in texts(node) if CODE.fullmatch(text) or BEGINNING.fullmatch(text))
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if getattr(key, "value", "") == "code" and isinstance(getattr(value, "value", None), str):
                    yield value.value


def test_every_code_in_the_source_is_explained():
    found = {text for path in SOURCES for text in said(path)}
    assert {"cli.usage", "cover.vanished", "drill.", "run.busy", "config.no_tier", "sim.gone"} <= found
    assert sorted(each for each in found if not explained(each) and each not in NO_CODES) == []


@pytest.mark.parametrize("text", known_codes().values())
def test_an_explanation_is_a_sentence(text):
    assert text[0].isupper() or text.startswith("hedgectl")
    assert text.endswith(".")
    assert len(text) < 240


def test_explain_answers_for_one_of_a_family(hedgectl):
    for name in ("drill.L1", "read.snapshot", "source.inbox", "reconcile.naked"):
        assert hedgectl("explain", name).code == 0, name

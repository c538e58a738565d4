"""Nothing is missing: every gate has its edges, every code its explanation and a use, and what a hint names exists."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from pathlib import Path

import pytest
from typer.main import get_command

from hedgectl.commands.app import app
from hedgectl.commands.codes import known_codes
from hedgectl.config.schema import Config
from hedgectl.core.model.verdict import CODES
from hedgectl.core.risk.exposure import EXPOSURE
from hedgectl.core.risk.identity import IDENTITY

HERE = Path(__file__).parent
ROOM = Path(inspect.getfile(Config)).parents[1]
RISK = sorted((ROOM / "core" / "risk").glob("*.py"))
SOURCES = sorted(ROOM.rglob("*.py"))
COMMAND = re.compile(r"(?:^|[:;,] |then )hedgectl ([a-z]+(?:-[a-z]+)*)((?: --[a-z-]+)*)")
KEY = re.compile(r"\b([a-z_]+)\.([a-z][a-z0-9_]+)\b")
WORDS_MIN = 4

known_codes()  # every room that registers codes is loaded by it


def edges():
    """The rows of every file of boundary tests beside this one."""
    for path in HERE.glob("test_*.py"):
        if path.name in (Path(__file__).name, "test_size_edges.py"):
            continue
        spec = importlib.util.spec_from_file_location(f"edges_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from getattr(module, "EDGES", ())


TRIED = list(edges())


@pytest.mark.parametrize("gate", [*IDENTITY, *EXPOSURE], ids=lambda gate: gate.__name__)
def test_every_gate_of_the_registry_is_tried_on_both_sides_of_its_limit(gate):
    assert [each for each in TRIED if each[0] is gate], f"no edge for {gate.__name__}"


def defined():
    """(file, constant, code) of every code of the program."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
            if called and getattr(node.value.func, "id", "") == "code" and isinstance(node.targets[0], ast.Name):
                yield path, node.targets[0].id, node.value.args[0].value


DEFINED = list(defined())


def test_every_code_of_a_gate_is_reached_by_an_edge():
    gates = {name for path, _, name in DEFINED if path in RISK and path.stem not in ("sizing", "sizing_check")}
    assert gates - {each[3][0] for each in TRIED} == set()


def loads():
    """Every name that is read anywhere in the program."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr


READ = set(loads())


@pytest.mark.parametrize("path, constant, name", DEFINED, ids=lambda each: each if isinstance(each, str) else "")
def test_every_code_is_explained_in_a_sentence_and_given_somewhere(path, constant, name):
    assert constant in READ, f"{name} of {path.name} is never given"
    explain = CODES[name].explain
    assert len(explain.split()) >= WORDS_MIN
    assert explain[0].isupper()
    assert explain.endswith(".")


def functions():
    for path in RISK:
        for node in ast.parse(path.read_text()).body:
            names = [each.arg for each in node.args.args] if isinstance(node, ast.FunctionDef) else []
            if names in (["entry", "desk"], ["entry", "sized", "desk"]) and node.name != "size":
                yield node


def test_no_gate_stands_beside_the_registry():
    written = {each.name for each in functions() if getattr(each.returns, "id", "") == "Verdict"}
    assert written == {gate.__name__ for gate in (*IDENTITY, *EXPOSURE)}


def told():
    """Every text of the core that is not a docstring: hints, explanations, alerts, keys of caps."""
    for path in sorted((ROOM / "core").rglob("*.py")):
        tree = ast.parse(path.read_text())
        documented = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
        docstrings = {id(node.value) for node in documented if isinstance(node.value, ast.Constant)}
        for node in ast.walk(tree):
            text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            sentence = isinstance(text, str) and (" " in text or path.name == "caps.py")
            if sentence and id(node) not in docstrings:
                yield path.name, text


TOLD = list(told())
COMMANDS = {(where, found[0], found[1]) for where, text in TOLD for found in COMMAND.findall(text)}


@pytest.mark.parametrize("where, name, flags", sorted(COMMANDS))
def test_a_command_that_a_hint_names_exists(where, name, flags):
    command = get_command(app).commands.get(name)
    assert command is not None, f"{where}: there is no hedgectl {name}"
    known = {option for param in command.params for option in param.opts}
    assert set(flags.split()) <= known


def test_a_key_that_a_hint_names_exists():
    sections = {name: field.annotation.model_fields for name, field in Config.model_fields.items()}
    named = {found for _, text in TOLD for found in KEY.findall(text)}
    asked = {(section, key) for section, key in named if section in sections and f"{section}.{key}" not in CODES}
    assert ("limits", "order_notional_usdt_max") in asked
    assert {f"{section}.{key}" for section, key in asked if key not in sections[section]} == set()

"""Goal: what is written about the command line is what the command line does: no command, flag or variable left out."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
from pathlib import Path

import pytest
import typer

from hedgectl.commands.app import EXAMPLES, app, walk
from hedgectl.commands.result import ExitCode

ROOT = Path(__file__).parents[2]
PANELS = {"Trade", "Look", "Repair", "Setup"}
COLUMNS_MAX = 80
COMMANDS = dict(walk())


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_no_page_is_stale(reference):
    stale = [name for name, text in reference.pages().items() if (ROOT / "docs" / name).read_text() != text]
    assert stale == [], "run python docs/make_reference.py"


def test_every_exit_code_says_whether_to_start_again(reference):
    assert set(reference.RESTARTED) == set(ExitCode)


def test_every_variable_that_is_read_is_told(reference):
    read = set()
    for path in (ROOT / "hedgectl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("environ.get", "getenv")):
                read |= {each.value for each in node.args[:1] if isinstance(each, ast.Constant)}
    assert {"NO_COLOR", "NOTIFY_SOCKET"} <= read
    assert read - reference.VARIABLES.keys() == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does_and_shows_how(name):
    command = COMMANDS[name]
    assert re.fullmatch(r"[A-Z].*[.?].*", " ".join(command.help.split()))
    assert command.epilog, f"{name} shows no example: command(..., examples=(...))"
    for each in command.params:
        assert each.help, f"{name} {each.name} says nothing"
        plain = getattr(each, "is_flag", False) or getattr(each, "count", False)
        assert plain or each.metavar, f"{name} {each.name}: no metavar"


def test_every_command_stands_in_one_of_the_panels():
    root = typer.main.get_command(app)
    assert {child.rich_help_panel for child in root.commands.values()} == PANELS


def lines_of(name):
    rows = COMMANDS[name].epilog.splitlines() if name else EXAMPLES
    return [row.replace(r"\[", "[").partition("[dim]")[0].partition(" # ")[0].strip() for row in rows]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_an_example_is_a_line_that_the_program_takes(name):
    for line in lines_of(name):
        words = shlex.split(line)
        assert words[0] == "hedgectl"
        context = typer.main.get_command(app).make_context("hedgectl", words[1:])
        command = context.command
        while rest := [*context._protected_args, *context.args] if hasattr(command, "commands") else []:
            _, command, rest = command.resolve_command(context, rest)
            context = command.make_context(command.name, rest, parent=context)
        assert command is COMMANDS.get(name, command) or command.name == name.split()[-1]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_a_help_page_breaks_no_example(hedgectl, name, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(COLUMNS_MAX))
    rows = [row.strip() for row in hedgectl(*name.split(), "-h").out.rpartition("╯")[2].splitlines() if row.strip()]
    for line, row in zip(lines_of(name), rows, strict=True):  # as many rows as lines: none went on below
        assert row.startswith(f"{line} ")

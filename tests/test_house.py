"""Goal: the house rules that a machine can see, so that nobody has to remember them."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "hedgectl").rglob("*.py"))
LINES_MAX = 350
FUNCTION_LINES_MAX = 70
PINNED = re.compile(r"^([a-z0-9.-]+)==(\S+) \\$", re.MULTILINE)


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def lock():
    return (ROOT / "requirements.lock").read_text()


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_lock_names_no_host_and_no_path(lock):
    for line in lock.splitlines():
        assert re.fullmatch(r"[a-z0-9.-]+==\S+( ;.*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line), line


def test_every_pin_has_its_hashes(lock):
    assert len(PINNED.findall(lock)) > 40
    assert lock.count("--hash=") >= len(PINNED.findall(lock))


def test_the_lock_holds_all_that_the_project_names(lock, project):
    pinned = {name for name, _ in PINNED.findall(lock)}
    tables = project["project"]
    wanted = [*tables["dependencies"], *tables["optional-dependencies"]["dev"], *project["build-system"]["requires"]]
    for each in wanted:
        assert re.split(r"[<>=! ]", each)[0] in pinned, each


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_is_one_room_and_says_what_it_is(path):
    text = path.read_text()
    tree = ast.parse(text)
    assert text.count("\n") <= LINES_MAX
    assert ast.get_docstring(tree) or not text
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES_MAX, node.name


def hides(handler):
    """Whether a handler of every exception forgets what it caught."""
    if handler.type is not None and getattr(handler.type, "id", "") not in ("Exception", "BaseException"):
        return False
    used = {node.id for each in handler.body for node in ast.walk(each) if isinstance(node, ast.Name)}
    raised = any(isinstance(node, ast.Raise) for each in handler.body for node in ast.walk(each))
    return handler.name not in used and not raised


@pytest.mark.parametrize(
    "text, hidden",
    [
        ("try: f()\nexcept Exception: pass", True),
        ("try: f()\nexcept: g()", True),
        ("try: f()\nexcept BaseException as wrong: g()", True),
        ("try: f()\nexcept Exception as wrong: g(wrong)", False),
        ("try: f()\nexcept BaseException: raise", False),
        ("try: f()\nexcept OSError: pass", False),
    ],
)
def test_what_hides_an_exception(text, hidden):
    (handler,) = ast.parse(text).body[0].handlers
    assert hides(handler) is hidden


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_catches_every_exception_and_forgets_it(path):
    handlers = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ExceptHandler)]
    assert [handler.lineno for handler in handlers if hides(handler)] == []


def test_make_and_ci_use_relative_paths_only():
    text = (ROOT / "Makefile").read_text() + (ROOT / ".ci" / "run").read_text()
    assert not re.search(r"(?m)[\s\"'=](/(?:home|root|work|tmp|opt|usr/local)\b)", text)
    assert ".venv/bin/pip" not in text


def test_ci_runs_lint_and_test():
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-2:] == ["make lint", "make test"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111

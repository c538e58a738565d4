"""Goal: the suite's own canary sings: a secret in a file or in what a test printed fails the session (L8)."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from .suite_canary import CORE, PLANTED, SuiteCanary

AT_IMPORT = dict(os.environ)


def ended(canary):
    session = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    canary.pytest_sessionfinish(session)
    return session.exitstatus


@pytest.fixture
def canary(tmp_path):
    return SuiteCanary(SimpleNamespace(_tmp_path_factory=SimpleNamespace(getbasetemp=lambda: tmp_path)))


def test_it_is_planted_before_any_module_is_read():
    assert {name: AT_IMPORT[name] for name in PLANTED} == PLANTED


def test_a_clean_session_passes(canary, tmp_path):
    (tmp_path / "note").write_text("nothing to see")
    assert (ended(canary), canary.leaks) == (pytest.ExitCode.OK, ())


@pytest.mark.parametrize("text", [f"key={CORE}", CORE.encode().hex(), "&signature=" + "0a" * 32])
def test_a_leak_in_a_file_fails_the_session(canary, tmp_path, text):
    leak = tmp_path / "deep" / "journal.db"
    leak.parent.mkdir()
    leak.write_text(text)
    try:
        assert ended(canary) == pytest.ExitCode.TESTS_FAILED
    finally:
        leak.unlink()  # or the session that this test belongs to would fail
    assert str(leak) in canary.leaks[0]


def test_a_leak_in_what_a_test_printed_fails_the_session_and_is_told_once(canary):
    report = SimpleNamespace(sections=[("Captured stdout", CORE)], longreprtext="", nodeid="tests/x.py::y")
    for _ in ("call", "teardown"):
        canary.pytest_runtest_logreport(report)
    assert ended(canary) == pytest.ExitCode.TESTS_FAILED
    assert canary.leaks == ("the suite's canary in what tests/x.py::y printed",)

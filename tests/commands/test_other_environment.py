"""Goal: the journal of one exchange is never traded on by another: its belief and highest NAV mean nothing there."""

from __future__ import annotations

import shutil

import pytest

FLAGS = {"run": ("--once",), "reconcile": (), "reconcile --apply": ()}


@pytest.mark.parametrize("command", FLAGS)
def test_a_journal_of_another_exchange_is_refused_and_left_as_it_is(hedgectl, lived, tmp_path, monkeypatch, command):
    (journal,) = lived.glob("sim/*/journal.db")  # a journal of the box, as a folder of the account's own
    state = tmp_path / "desk"
    state.mkdir(mode=0o700)
    shutil.copy(journal, state / "journal.db")
    before = (state / "journal.db").read_bytes()
    for name in ("KEY", "SECRET"):
        monkeypatch.setenv(f"HEDGECTL_API_{name}", "of-nobody-at-all")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing may be asked; if it were, nobody would answer

    found = hedgectl(*command.split(), *FLAGS[command], "--env", "demo", "--state-dir", state, "--json")

    (problem,) = found.json["problems"]
    assert (found.code, problem["code"]) == (1, "journal.unusable")
    assert problem["hint"] == "name another folder by --state-dir"
    assert problem["what"] == f"{state}/journal.db is of sim, and this is demo"
    assert (state / "journal.db").read_bytes() == before

"""Goal: readers find the state folder even when the configuration is broken, and the journal written last."""

from __future__ import annotations

import os

import pytest

from hedgectl.config.locate import find_file, journal_path, journals, logs_dir, state_dir
from hedgectl.config.sources import load


def journal(path, at):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    os.utime(path, (at, at))
    return path


def test_flag_beats_environment_beats_file_beats_default(folder, monkeypatch):
    assert str(state_dir(None, None)) == "state"
    (folder / "hedgectl.toml").write_text('[run]\nstate_dir = "by-file"\n')
    assert str(state_dir(None, None)) == "by-file"
    monkeypatch.setenv("HEDGECTL_RUN__STATE_DIR", "by-variable")
    assert str(state_dir(None, None)) == "by-variable"
    assert state_dir(None, folder) == folder


def test_in_a_folder_that_is_no_clone_state_is_in_the_platforms_place_whatever_files_there_are(folder, monkeypatch):
    place = folder / "platform"
    monkeypatch.setenv("XDG_STATE_HOME", str(place))
    assert load({}, {}).config.run.state_dir == str(state_dir(None, None)) == "state"
    (folder / "config").rmdir()
    (folder / "state").mkdir()
    assert str(state_dir(None, None)) == "state"
    (folder / "state").rmdir()
    for _ in range(2):
        loaded = load({}, {})
        assert loaded.config.run.state_dir == str(state_dir(None, None)) == str(place / "hedgectl")
        assert loaded.origins["run.state_dir"] in ("default", "hedgectl.toml")
        assert logs_dir(None, None) == place / "hedgectl" / "logs"
        assert not place.exists()
        (folder / "hedgectl.toml").write_text('[run]\nstate_dir = ""\n[box]\nseed = 2\n')
    assert find_file(None) is not None


@pytest.mark.parametrize("text", ["[run", "[run]\nstate_dir = 3", "run = 3"])
def test_a_broken_file_does_not_keep_readers_from_the_default(folder, text):
    (folder / "hedgectl.toml").write_text(text)
    assert str(state_dir(None, None)) == "state"


def test_the_journal_that_was_written_last_is_meant(folder):
    account = journal(folder / "state" / "journal.db", 100)
    box = journal(folder / "state" / "sim" / "000001-seed1" / "journal.db", 200)
    assert journal_path(None, None).resolve() == box
    journal(account.with_name("journal.db-wal"), 300)
    assert journal_path(None, None).resolve() == account


def test_the_own_journal_of_a_folder_that_was_named_comes_before_those_of_its_box(folder):
    account = journal(folder / "state" / "journal.db", 100)
    box = journal(folder / "state" / "sim" / "000001-seed1" / "journal.db", 200)
    assert journals(None, folder / "state") == [account, box]
    assert journal_path(None, box.parent) == box


def test_without_any_journal_the_accounts_path_is_named(folder):
    assert journal_path(None, None).as_posix() == "state/journal.db"

"""Goal: `trace --replay` says whether today's code decides the same, and tells what a journal does not allow to say."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from hedgectl.core.engine import covering
from hedgectl.store.reader import open_reader


@pytest.fixture
def journal(lived):
    (path,) = lived.glob("sim/*/journal.db")
    return path


@pytest.fixture
def copied(journal, tmp_path):
    """copied("SQL", ...): the state folder of the same journal after some hand has been at it."""

    def made(*statements):
        copy = tmp_path / "copy" / "journal.db"
        copy.parent.mkdir()
        with (
            closing(sqlite3.connect(journal)) as source,
            closing(sqlite3.connect(copy, isolation_level=None)) as target,
        ):
            source.backup(target)
            for statement in statements:
                target.execute(statement)
        return copy.parent

    return made


@pytest.fixture
def moved_stops(monkeypatch):
    real = covering.stop_price
    monkeypatch.setattr(covering, "stop_price", lambda leg, price, share, rules: real(leg, price, share * 2, rules))


def test_the_whole_journal_is_replayed_the_same(hedgectl, lived):
    answer = hedgectl("trace", "--replay", "--state-dir", lived)
    assert answer.code == 0
    assert answer.out.endswith("inputs replayed, all the same\n")


def test_one_story_is_replayed(hedgectl, lived, journal):
    whole = hedgectl("trace", "--replay", "--state-dir", lived, "--json").json["data"]
    with open_reader(journal) as reader:
        name = reader.by_kind("intent.accepted")[0][3]
    data = hedgectl("trace", name, "--replay", "--state-dir", lived, "--json").json["data"]
    assert 1 < data["inputs"] < whole["inputs"]
    assert (data["correlation_id"], data["differences"], data["skipped"], data["ended"]) == (name, [], {}, "")


def test_a_difference_is_a_row_and_exit_1(hedgectl, lived, moved_stops):
    answer = hedgectl("trace", "--replay", "--state-dir", lived)
    assert answer.code == 1
    assert "order.prepared order trigger_price" in answer.out
    assert "decided otherwise today" in answer.out
    told = hedgectl("trace", "--replay", "--state-dir", lived, "--json").json
    first = told["data"]["differences"][0]
    assert {"seq", "kind", "then", "now", "where"} <= first.keys()
    assert first["then"] != first["now"]
    assert [each["kind"] for each in first["events_then"]] == [each["kind"] for each in first["events_now"]]
    assert told["problems"][0]["code"] == "replay.differs"


def test_a_journal_without_its_beginning_is_told(hedgectl, copied):
    folder = copied("DELETE FROM events WHERE seq < 40")
    answer = hedgectl("trace", "--replay", "--state-dir", folder)
    assert answer.code == 1
    assert "begins at seq 40" in answer.err


def test_an_empty_journal_is_told(hedgectl, copied):
    answer = hedgectl("trace", "--replay", "--state-dir", copied("DELETE FROM events"))
    assert answer.code == 1
    assert "is empty" in answer.err


def test_a_journal_of_an_older_shape_is_told(hedgectl, copied):
    older = """UPDATE events SET body = json_remove(body, '$.used.settings') WHERE kind = 'in.Started'"""
    answer = hedgectl("trace", "--replay", "--state-dir", copied(older))
    assert answer.code == 1
    assert "nothing was replayed" in answer.out
    assert "did not journal its settings" in answer.out


def test_an_unknown_event_ends_the_replay_and_is_told(hedgectl, copied):
    folder = copied("UPDATE events SET kind = 'order.teleported' WHERE kind = 'order.accepted'")
    answer = hedgectl("trace", "--replay", "--state-dir", folder)
    assert answer.code == 1
    assert "order.teleported" in answer.out


def test_a_name_that_nobody_has_is_not_replayed(hedgectl, lived):
    answer = hedgectl("trace", "zzz", "--replay", "--state-dir", lived)
    assert answer.code == 1
    assert "trace.not_found" in answer.err

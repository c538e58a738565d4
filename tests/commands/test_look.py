"""Goal: status and trace tell a finished run from its journal alone, and say plainly when there is nothing to tell."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from hedgectl.store.reader import open_reader


def test_status_tells_run_book_and_fills(hedgectl, lived):
    answer = hedgectl("status", "--state-dir", lived)
    assert answer.code == 0
    heads = [row.split()[0] for row in answer.out.splitlines() if not row.startswith(" ")]
    assert heads[:2] == ["run", "book"]
    assert {"intents", "fills", "journal"} <= set(heads)


def test_status_as_json_names_every_leg_with_its_stop(hedgectl, lived):
    data = hedgectl("status", "--state-dir", lived, "--json").json["data"]
    assert data["ended"] == "time"
    assert data["complete"] is True
    assert data["fills"] > 0
    assert data["legs"]
    assert all(leg["stop_price"] for leg in data["legs"])


@pytest.fixture
def entered(lived):
    """The correlation of an entry that was sent."""
    (journal,) = lived.glob("sim/*/journal.db")
    with open_reader(journal) as reader:
        return reader.by_kind("intent.accepted")[0][3]


def test_a_trace_tells_a_story_in_order_of_time(hedgectl, lived, entered):
    events = hedgectl("trace", entered, "--state-dir", lived, "--json").json["data"]["events"]
    assert [each["seq"] for each in events] == sorted(each["seq"] for each in events)
    kinds = [each["kind"] for each in events]
    assert kinds.index("intent.accepted") < kinds.index("order.prepared") < kinds.index("order.accepted")


def test_trace_last_tells_the_newest_story(hedgectl, lived, entered):
    newest = hedgectl("trace", "--last", "--state-dir", lived, "--json").json["data"]
    first = hedgectl("trace", entered, "--state-dir", lived, "--json").json["data"]
    assert newest["events"][0]["seq"] > first["events"][0]["seq"]


def test_a_story_is_found_by_correlation_beginning_intent_and_client_id(hedgectl, lived, entered):
    data = hedgectl("trace", entered, "--state-dir", lived, "--json").json["data"]
    name = data["correlation_id"]
    events = {each["kind"]: each["event"] for each in data["events"]}
    intent = events["intent.accepted"]["entry"]["intent_id"]
    client_id = events["order.prepared"]["order"]["client_id"]
    told = [hedgectl("trace", each, "--state-dir", lived).out for each in (name, name[:7], intent, client_id)]
    assert len(set(told)) == 1
    assert intent.startswith("demo")


def test_an_unknown_name_is_a_problem_with_a_way_on(hedgectl, lived):
    answer = hedgectl("trace", "zzz", "--state-dir", lived)
    assert answer.code == 1
    assert "hedgectl trace --last" in answer.err


def test_trace_why_adds_the_inputs(hedgectl, lived, entered):
    plain, why = (
        [
            each["kind"]
            for each in hedgectl("trace", entered, *more, "--state-dir", lived, "--json").json["data"]["events"]
        ]
        for more in ((), ("--why",))
    )
    assert not [kind for kind in plain if kind.startswith("in.")]
    assert why[0] == "in.IntentReceived"
    assert [kind for kind in why if not kind.startswith("in.")] == plain


def test_a_run_that_did_not_end_is_a_problem(hedgectl, lived, tmp_path):
    copy = tmp_path / "cut" / "journal.db"
    copy.parent.mkdir()
    (journal,) = lived.glob("sim/*/journal.db")
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(copy, isolation_level=None)) as target:
        source.backup(target)
        target.execute("DELETE FROM events WHERE seq >= (SELECT min(seq) FROM events WHERE kind = 'run.stopping')")
    answer = hedgectl("status", "--state-dir", copy.parent)
    assert answer.code == 1
    assert "did not end in order" in answer.out


def test_a_foreign_file_is_unusable_not_a_crash(hedgectl, tmp_path):
    (tmp_path / "journal.db").write_bytes(b"not a database at all" * 100)
    for name in ("status", "trace"):
        answer = hedgectl(name, "--state-dir", tmp_path)
        assert answer.code == 1
        assert "journal.unusable" in answer.err

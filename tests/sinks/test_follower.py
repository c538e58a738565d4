"""Goal: what is durable is written once and in order, over outages, restarts and kills; what is not is counted."""

from __future__ import annotations

import os
from decimal import Decimal

import pytest

from hedgectl.sinks.breaker import Patience
from hedgectl.sinks.follower import ROWS_A_STEP, Follower, Source
from hedgectl.sinks.line import lines_of, rfc3339, seq_in

PATIENCE = Patience(failures_max=2, pause_ms_min=1_000, pause_ms_max=4_000)


class Journal:
    """Rows from 1 on; every third one is an input."""

    def __init__(self, row):
        self.row, self.end, self.broken = row, 0, ""

    def read(self, seq, rows):
        if self.broken:
            raise OSError(self.broken)
        kinds = ("alert", "in.Tick")
        return [self.row(each, kinds[each % 3 == 0]) for each in range(seq + 1, min(seq + rows, self.end) + 1)]


@pytest.fixture
def journal(row):
    return Journal(row)


@pytest.fixture
def follower(log, journal, tmp_path):
    """follower(behind): a new life of the sink on the same journal, file and cursor."""

    def make(behind=10_000):
        source = Source("journal.db", lambda: journal.end, journal.read)
        return Follower(log(), tmp_path / "events.cursor", source, behind_rows_max=behind, patience=PATIENCE)

    return make


def drain(follower, now_ms=0):
    while follower.step(now_ms):
        pass


def events(first, last):
    return [seq for seq in range(first, last + 1) if seq % 3]


def test_a_line_has_the_journals_words(row):
    (line,) = lines_of([row(7), row(8, "in.Tick")], "sim/000001-seed1/journal.db").splitlines()
    assert line == (
        b'{"ts_ms":1767225600007,"at":"2026-01-01T00:00:00.007Z","seq":7,"kind":"alert","correlation_id":"cor",'
        b'"symbol":"BTCUSDT","journal":"sim/000001-seed1/journal.db","body":{"n":"7.50"}}'
    )
    assert seq_in(line, "sim/000001-seed1/journal.db") == 7
    assert [seq_in(each, "journal.db") for each in (line, b"{", b"[]", b'{"journal":"journal.db","seq":"7"}')] == [
        0
    ] * 4


def test_a_time_of_day_is_utc_with_its_milliseconds():
    assert [rfc3339(each) for each in (0, 1_795_226_181_999)] == [
        "1970-01-01T00:00:00.000Z",
        "2026-11-21T01:56:21.999Z",
    ]


def test_every_event_is_written_once_in_order_and_no_input(journal, follower, told):
    sink = follower()
    for end in (1, 2, 3, 50, 50, 3 * ROWS_A_STEP):
        journal.end = end
        drain(sink)
    assert [each["seq"] for each in told()] == events(1, 3 * ROWS_A_STEP)
    assert Decimal(told()[0]["body"]["n"]) == Decimal("1.50")
    assert sink.health().behind == 0


def test_a_step_is_bounded(journal, follower, told):
    journal.end = 10 * ROWS_A_STEP
    sink = follower()
    assert sink.step(0) is True
    assert told()[-1]["seq"] <= ROWS_A_STEP
    assert sink.health().behind == 9 * ROWS_A_STEP


def test_a_new_life_goes_on_where_the_last_one_ended(journal, follower, told):
    journal.end = 10
    drain(follower())
    journal.end = 20
    drain(follower())
    assert [each["seq"] for each in told()] == events(1, 20)


def test_also_when_the_file_was_archived_in_between(journal, follower, told, log):
    journal.end = 10
    drain(follower())
    os.rename(log().path, log().path.with_name("archived"))
    journal.end = 20
    drain(follower())
    assert [each["seq"] for each in told()] == events(11, 20)


def test_a_kill_between_line_and_cursor_writes_nothing_twice(journal, follower, told, tmp_path):
    journal.end = 10
    drain(follower())
    before = (tmp_path / "events.cursor").read_bytes()
    journal.end = 20
    drain(follower())
    (tmp_path / "events.cursor").write_bytes(before)
    journal.end = 30
    drain(follower())
    assert [each["seq"] for each in told()] == events(1, 30)


@pytest.mark.parametrize("cursor", [b"", b"soon\n", b"\xff\xff", b"-5\n"])
def test_a_cursor_that_is_none_costs_nothing_while_the_file_is_there(journal, follower, told, tmp_path, cursor):
    journal.end = 10
    drain(follower())
    (tmp_path / "events.cursor").write_bytes(cursor)
    journal.end = 20
    drain(follower())
    assert [each["seq"] for each in told()] == events(1, 20)


def test_the_last_line_of_another_journal_says_nothing(journal, follower, told, log, row):
    log().append(lines_of([row(99)], "other.db"))
    journal.end = 5
    drain(follower())
    assert [each["seq"] for each in told()] == [99, *events(1, 5)]


def test_a_cursor_ahead_of_its_journal_waits_for_it(journal, follower, told, tmp_path):
    (tmp_path / "events.cursor").write_bytes(b"50\n")
    journal.end = 10
    sink = follower()
    drain(sink)
    journal.end = 12
    drain(sink)
    assert [each["seq"] for each in told()] == [11]


def test_an_outage_loses_nothing_and_is_told_while_it_lasts(journal, follower, told):
    sink = follower()
    journal.end, journal.broken = 10, "the disk is gone"
    for now_ms in range(0, 3_000, 100):
        drain(sink, now_ms)
    assert not sink.up
    assert (sink.health().why, sink.health().behind) == ("the disk is gone", 10)
    journal.end, journal.broken = 20, ""
    drain(sink, 60_000)
    assert sink.up
    assert sink.health().why == ""
    assert [each["seq"] for each in told()] == events(1, 20)


def test_an_open_breaker_does_not_even_look(journal, follower):
    sink, looked = follower(), []
    journal.end = 10

    def read(seq, rows):
        looked.append(seq)
        raise OSError("gone")

    journal.read = read
    sink = follower()
    for now_ms in range(1_000):
        sink.step(now_ms)
    assert len(looked) == PATIENCE.failures_max


def test_one_failure_is_forgiven(journal, follower, told):
    sink = follower()
    journal.end, journal.broken = 10, "once"
    sink.step(0)
    assert sink.up
    journal.broken = ""
    drain(sink)
    assert [each["seq"] for each in told()] == events(1, 10)


def test_what_is_too_far_behind_is_passed_over_and_counted(journal, follower, told):
    sink = follower(behind=30)
    journal.end = 10
    drain(sink)
    journal.end = 100
    drain(sink)
    assert [each["seq"] for each in told()] == [*events(1, 10), *events(71, 100)]
    assert sink.health().missed == 60


def test_a_first_life_on_a_long_journal_begins_near_its_end_and_misses_nothing(journal, follower, told):
    journal.end = 100
    sink = follower(behind=30)
    drain(sink)
    assert [each["seq"] for each in told()] == events(71, 100)
    assert sink.health().missed == 0

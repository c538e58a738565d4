"""Goal: a file of the inbox is whole or absent, is put away only when told, and is the same intents if read again."""

from __future__ import annotations

import os

import orjson
import pytest

from hedgectl.core.model.input import IntentInvalid, IntentReceived
from hedgectl.intake.inbox import Inbox, drop
from hedgectl.intake.parse import IntakeLimits

NOW = 1_790_000_000_000
RAW = b'{"symbol":"BTCUSDT","side":"BUY","quantity":1}'
LIMITS = IntakeLimits()


def names(folder):
    return sorted(each.name for each in folder.iterdir() if each.is_file()) if folder.is_dir() else []


def test_what_was_dropped_is_taken_in_order_of_time(tmp_path):
    for number in (3, 1, 2):
        drop(tmp_path, RAW.replace(b":1}", b":%d}" % number), NOW + number)
    found = Inbox(tmp_path).take(NOW, LIMITS)
    assert [int(each.intent.quantity) for each in found] == [1, 2, 3]


def test_a_file_stays_until_it_is_settled_and_is_not_taken_twice(tmp_path):
    drop(tmp_path, RAW, NOW)
    inbox = Inbox(tmp_path)
    assert len(inbox.take(NOW, LIMITS)) == 1
    assert inbox.take(NOW, LIMITS) == []
    assert len(names(tmp_path / "inbox")) == 1
    inbox.settle()
    assert names(tmp_path / "inbox") == []
    assert len(names(tmp_path / "inbox" / "done")) == 1


def test_a_crash_before_settling_reads_the_same_intents_again(tmp_path):
    drop(tmp_path, RAW, NOW)
    (first,) = Inbox(tmp_path).take(NOW, LIMITS)
    (again,) = Inbox(tmp_path).take(NOW + 7_000, LIMITS)
    assert first.intent.intent_id == again.intent.intent_id


def test_a_file_without_a_valid_intent_goes_to_refused_with_its_reasons(tmp_path):
    drop(tmp_path, b'{"symbol":"btcusdt"}', NOW)
    inbox = Inbox(tmp_path)
    (found,) = inbox.take(NOW, LIMITS)
    inbox.settle()
    name, why = names(tmp_path / "inbox" / "refused")
    assert why == name + ".why"
    reason = orjson.loads((tmp_path / "inbox" / "refused" / why).read_bytes())
    assert reason["code"] == found.code == "intent.bad_symbol"
    assert reason["hint"]


def test_a_file_with_one_valid_intent_is_done_and_still_tells_what_was_refused(tmp_path):
    drop(tmp_path, RAW + b'\n{"symbol":1}', NOW)
    inbox = Inbox(tmp_path)
    assert [type(each) for each in inbox.take(NOW, LIMITS)] == [IntentReceived, IntentInvalid]
    inbox.settle()
    assert len(names(tmp_path / "inbox" / "done")) == 2


def test_old_files_are_forgotten_beyond_the_bound(tmp_path):
    inbox = Inbox(tmp_path, kept_max=2)
    for number in range(5):
        drop(tmp_path, RAW, NOW + number)
    inbox.take(NOW, LIMITS)
    inbox.settle()
    kept = names(tmp_path / "inbox" / "done")
    assert [int(name.split("-")[0]) - NOW for name in kept] == [3, 4]


def test_a_pass_takes_no_more_files_than_allowed(tmp_path):
    for number in range(5):
        drop(tmp_path, RAW, NOW + number)
    inbox = Inbox(tmp_path, files_max=2)
    assert [len(inbox.take(NOW, LIMITS)) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize("make", [lambda path, secret: path.symlink_to(secret), lambda path, secret: os.mkfifo(path)])
def test_links_and_pipes_are_refused_not_followed(tmp_path, make):
    secret = tmp_path / "secret"
    secret.write_bytes(RAW)
    (tmp_path / "inbox").mkdir()
    make(tmp_path / "inbox" / "x.json", secret)
    (found,) = Inbox(tmp_path).take(NOW, LIMITS)
    assert found.code == "intent.unreadable"


def test_hidden_and_foreign_files_are_left_alone(tmp_path):
    (tmp_path / "inbox").mkdir()
    for name in (".half.json", "notes.txt"):
        (tmp_path / "inbox" / name).write_bytes(RAW)
    assert Inbox(tmp_path).take(NOW, LIMITS) == []
    assert names(tmp_path / "inbox") == [".half.json", "notes.txt"]


def test_a_folder_that_is_not_there_is_an_empty_inbox(tmp_path):
    assert Inbox(tmp_path / "nowhere").take(NOW, LIMITS) == []


def test_dropping_leaves_no_temporary_file(tmp_path):
    path = drop(tmp_path, RAW, NOW)
    assert names(tmp_path / "inbox") == [path.name]

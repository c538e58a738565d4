"""Goal: what is shared names nobody, in one pass that ends, whatever a user, a host or a folder is called."""

from __future__ import annotations

import getpass
import json
from collections import Counter

import pytest

from hedgectl.checks.asked import Asked
from hedgectl.checks.context import Context
from hedgectl.checks.examination import secret_words
from hedgectl.checks.redact import hidden, redacted
from hedgectl.runtime.kill_file import Pulled, pull


def shared(text: str, known: dict[str, str] | None = None) -> str:
    return redacted(text, known or {}, Counter())


@pytest.mark.parametrize("word, kind", [("name", "name"), ("host", "host"), ("path", "path"), ("amount", "key")])
def test_a_word_that_stands_in_its_own_mark_is_taken_out_once(word, kind):
    assert shared(f"of {word} here", {word: kind}) == f"of <{kind}> here"


def test_a_name_is_found_as_a_word_and_a_key_or_folder_anywhere():
    known = {"anna": "name", "s3cr3t": "secret", "/home/anna": "path"}
    assert shared("savanna /home/anna/x anna: as3cr3tb", known) == "savanna <path>/x <name>: a<secret>b"


def test_the_longest_word_wins_and_what_is_marked_is_not_looked_into():
    known = {"/srv": "path", "/srv/desk": "path", "desk": "name"}
    taken: Counter[str] = Counter()
    assert redacted(f"/srv/desk/a {hidden('amount', 'desk 1')}", known, taken) == "<path>/a <amount>"
    assert taken == {"path": 1, "amount": 1}


@pytest.mark.parametrize(
    "text, left",
    [
        ("request ip: 203.0.113.7", "request ip: <host>"),
        ("request ip: 2001:db8:0:1:1:1:1:1", "request ip: <host>"),
        ("request ip: 2001:db8::7, and more", "request ip: <host>, and more"),
        ("[::1]:80", "[<host>]:80"),
        ("since 14:02:11, ccxt 4.5.90", "since 14:02:11, ccxt 4.5.90"),
        ("http://127.0.0.1:9/x", "<host>/x"),
    ],
)
def test_addresses_are_found_and_times_and_versions_are_none(text, left):
    assert shared(text) == left


def test_a_user_without_a_name_or_a_home_can_be_examined(folder, monkeypatch):
    def unknown():
        raise KeyError("getpwuid(): uid not found: 4242")

    def homeless(cls):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(getpass, "getuser", unknown)
    monkeypatch.setattr("pathlib.Path.home", classmethod(homeless))
    assert set(secret_words(Context(Asked(), {})).values()) <= {"path", "host"}


def test_what_cannot_be_kept_names_no_folder(patient):
    patient.write("x", "state")
    for args in ((), ("--json",)):
        _, out = patient.hedgectl("doctor", "--share", *args, *patient.args)
        assert str(patient.folder) not in out
        assert "not kept" in out or "doctor.not_kept" in out


def test_words_of_people_are_not_shared(patient):
    (patient.state / "inbox" / "refused").mkdir(parents=True)
    (patient.state / "inbox" / "refused" / "1.json").write_text("{")
    (patient.state / "inbox" / "refused" / "1.json.why").write_text("sold the house\n")
    pull(patient.state, Pulled("cancel", "ann sold the house", "ann", 1))
    _, out = patient.hedgectl("doctor", "--json", *patient.args)
    assert out.count("sold the house") >= 2
    _, out = patient.hedgectl("doctor", "--share", "--json", *patient.args)
    assert "sold the house" not in out
    assert json.loads(out)["data"]["redacted"]["text"] >= 2

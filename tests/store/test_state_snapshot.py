"""Restart: snapshot plus the events after it gives the state that the whole journal gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from hedgectl.core.model.codec import encode
from hedgectl.core.model.event import Alert
from hedgectl.runtime.loop import run_virtual
from hedgectl.store.journal import Journal
from hedgectl.store.rows import JournalUnusable
from hedgectl.store.snapshots import Unreadable, write_snapshot
from hedgectl.store.state_snapshot import Loaded, load, restore, save


@dataclass(slots=True)
class Durable:
    money: Decimal = Decimal("0")
    alerts: list[str] = field(default_factory=list)


def apply(durable, event):
    durable.alerts.append(event.what)
    durable.money += Decimal("0.10")


def alert(what):
    return 0, "alert", "", "", encode(Alert("code", "", what, ""))


def journal_of(path, *rows):
    async def main(clock):
        journal = Journal(path, live=False, synchronous="OFF")
        for row in rows:
            journal.append([row])
        journal.close()

    run_virtual(main)
    return path


def restored(tmp_path):
    return restore(tmp_path, tmp_path / "j.db", Durable, Durable, apply)


def test_without_a_snapshot_the_whole_journal_is_folded_and_inputs_are_skipped(tmp_path):
    journal_of(tmp_path / "j.db", alert("a"), (0, "in.Tick", "", "", b"{}"), alert("b"))
    found = restored(tmp_path)
    assert found.durable == Durable(Decimal("0.20"), ["a", "b"])
    assert (found.seq, found.replayed) == (3, 3)
    assert "missing" in found.why


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_a_snapshot_at_any_seq_gives_the_same_state(tmp_path, seq):
    journal_of(tmp_path / "j.db", alert("a"), alert("b"), alert("c"))
    names = ["a", "b", "c"][:seq]
    save(tmp_path, Durable(Decimal("0.10") * seq, names), seq, 0)
    found = restored(tmp_path)
    assert found.durable == Durable(Decimal("0.30"), ["a", "b", "c"])
    assert (found.seq, found.replayed, found.why) == (3, 3 - seq, "")


def test_a_journal_that_ends_before_its_snapshot_is_refused(tmp_path):
    journal_of(tmp_path / "j.db", alert("a"))
    save(tmp_path, Durable(), 2, 0)
    with pytest.raises(JournalUnusable, match="ends before seq 2"):
        restored(tmp_path)


def test_a_snapshot_of_another_shape_is_a_reason_and_costs_only_time(tmp_path):
    journal_of(tmp_path / "j.db", alert("a"))
    write_snapshot(tmp_path, "durable", b'{"money":"x"}', 1, 0)
    assert isinstance(load(tmp_path, Durable), Unreadable)
    assert restored(tmp_path).durable.alerts == ["a"]


def test_a_state_comes_back_equal(tmp_path):
    save(tmp_path, Durable(Decimal("1.500"), ["x"]), 5, 0)
    assert load(tmp_path, Durable) == Loaded(Durable(Decimal("1.500"), ["x"]), 5)


@pytest.mark.parametrize("row", [(0, "no.such", "", "", b"{}"), (0, "alert", "", "", b'{"code":1}')])
def test_an_event_this_version_does_not_know_is_refused_not_skipped(tmp_path, row):
    journal_of(tmp_path / "j.db", row)
    with pytest.raises(JournalUnusable, match="seq 1"):
        restored(tmp_path)


def test_a_state_that_cannot_be_read_back_is_a_defect_and_no_bad_file(tmp_path):
    @dataclass
    class Odd:
        what: object = None

    save(tmp_path, Odd(), 1, 0)
    with pytest.raises(TypeError, match="cannot hold"):
        load(tmp_path, Odd)

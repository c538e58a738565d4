"""Goal: `kill` is on disk before anything can go wrong, and says what was done and is left; `rearm` undoes it."""

from __future__ import annotations

import os
import stat

import pytest

from hedgectl.commands import kill as room
from hedgectl.core.model.codec import encode
from hedgectl.core.model.event import RunStarted
from hedgectl.core.model.event_risk import KillSwitched
from hedgectl.runtime import flattening, kill_file
from hedgectl.runtime.flattening import Flattened
from hedgectl.runtime.kill_file import KILL, LOG
from hedgectl.runtime.loop import run_virtual
from hedgectl.screens.kill import Act, Left
from hedgectl.store.journal import Journal

WHY = ("--why", "a test")
ACT = Act("close ETHUSDT LONG 0.05", "h1-m000001-l", "accepted", "77 FILLED")


@pytest.fixture
def state(folder):
    return folder / "state"


@pytest.fixture
def carried(monkeypatch):
    """What the own client does, without an exchange; `books` is whom it was asked for."""
    books = []

    def carry_out(book, pulled):
        books.append((book.config.run.environment, book.options.sim_url, pulled.mode))
        return carry_out.answer

    carry_out.answer, carry_out.books = Flattened((ACT,), ()), books
    monkeypatch.setattr(flattening, "carry_out", carry_out)
    monkeypatch.setenv("HEDGECTL_API_KEY", "k")
    monkeypatch.setenv("HEDGECTL_API_SECRET", "s")
    return carry_out


@pytest.fixture
def run(monkeypatch):
    """A run that answers; `asked` is what it was asked, `statuses` what it says of itself, one after the other."""
    asked = []

    def ask(state, request, timeout_s):
        asked.append(request)
        if request["do"] == "status":
            return {"ok": True, "checked": True, "positions": {}, "entries": {}} | ask.statuses.pop(0)
        return {"ok": True, "seq": 9} if ask.ok else {"ok": False, "code": "journal.dead", "why": "disk full"}

    ask.asked, ask.statuses, ask.ok = asked, [{}], True
    monkeypatch.setattr("hedgectl.runtime.ask.ask", ask)
    monkeypatch.setattr(room, "LOOK_EVERY_S", 0.0)
    return ask


def codes(answer):
    return [each["code"] for each in answer.json["problems"]]


def test_entries_off_without_a_run_needs_nothing_but_the_folder(hedgectl, state):
    answer = hedgectl("kill", "--mode", "entries", *WHY)
    assert answer.code == 0
    assert stat.S_IMODE((state / KILL).stat().st_mode) == 0o600
    assert [row.split()[0] for row in answer.out.splitlines()] == ["kill", "run", "next"]
    assert "no run lives" in answer.out
    assert hedgectl("kill", "--mode", "entries", *WHY, "--json").json["data"]["kill"]["why"] == "a test"


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--mode", "entries"),
        ("--mode", "softly", *WHY),
        ("--mode", "entries", "--why", " "),
        ("--mode", "cancel", *WHY, "--env", "moon"),
        ("--mode", "cancel", *WHY, "--env", "live", "--sim-url", "http://127.0.0.1:9"),
        ("--mode", "cancel", *WHY, "--sim-url", "http://example.org"),
    ],
)
def test_what_is_not_understood_changes_nothing(hedgectl, state, args):
    assert hedgectl("kill", *args).code == 2
    assert not state.exists()


def test_an_acknowledged_kill_is_the_runs_to_do(hedgectl, state, run, carried):
    run.statuses = [{"positions": {"ETHUSDT|LONG": "1"}}, {"entries": {"h1-e": "ETHUSDT"}}, {}]
    answer = hedgectl("kill", "--mode", "flatten", *WHY, "--json")
    assert (answer.code, answer.json["data"]["seq"], answer.json["data"]["left"]) == (0, 9, [])
    assert {key: run.asked[0][key] for key in ("do", "mode", "why", "written")} == {
        "do": "kill", "mode": "flatten", "why": "a test", "written": True
    }  # fmt: skip
    assert carried.books == []
    assert not (state / LOG).exists()


def test_to_cancel_positions_may_stay(hedgectl, run, carried):
    run.statuses = [{"positions": {"ETHUSDT|LONG": "1"}}]
    assert hedgectl("kill", "--mode", "cancel", *WHY).code == 0
    assert carried.books == []


def test_a_run_that_acknowledges_and_does_nothing_is_done_without(hedgectl, run, carried, monkeypatch):
    monkeypatch.setattr(room, "DONE_S_MAX", 0.0)
    run.statuses = [{"positions": {"ETHUSDT|LONG": "1"}}] * 3
    answer = hedgectl("kill", "--mode", "flatten", *WHY, "--env", "demo")
    assert answer.code == 0
    assert carried.books == [("demo", None, "flatten")]
    assert "done without it" in answer.out


def test_a_run_that_cannot_acknowledge_is_done_without(hedgectl, run, carried):
    run.ok = False
    answer = hedgectl("kill", "--mode", "cancel", *WHY, "--sim-url", "http://127.0.0.1:9")
    assert "the run could not: disk full" in answer.out
    assert carried.books == [("sim", "http://127.0.0.1:9", "cancel")]


def test_what_is_left_is_exit_code_1_and_named(hedgectl, state, carried):
    carried.answer = Flattened((ACT,), (Left("ETHUSDT", "LONG", "0.05"),), unlogged="kill.jsonl: full")
    answer = hedgectl("kill", "--mode", "flatten", *WHY, "--env", "live")
    assert answer.code == 1
    assert "✗ ETHUSDT LONG 0.05" in answer.out
    assert "kill.not_logged" in answer.out
    again = hedgectl("kill", "--mode", "flatten", *WHY, "--env", "live", "--json")
    assert codes(again) == ["kill.not_logged", "kill.left"]


def test_an_account_that_cannot_be_read_is_5_and_not_flat(hedgectl, carried):
    carried.answer = Flattened((), (), unread="positions: 503")
    answer = hedgectl("kill", "--mode", "flatten", *WHY, "--env", "demo", "--json")
    assert (answer.code, codes(answer), answer.json["data"]["left"]) == (5, ["venue.unreadable"], None)


def test_without_credentials_it_says_so_and_the_switch_is_on_all_the_same(hedgectl, state):
    answer = hedgectl("kill", "--mode", "flatten", *WHY, "--env", "live", "--json")
    assert (answer.code, codes(answer)) == (4, ["credentials.missing"])
    assert kill_file.read(state).mode == "flatten"
    assert (state / LOG).exists()


def test_with_a_broken_configuration_too(hedgectl, state, monkeypatch):
    monkeypatch.setenv("HEDGECTL_RUN__CYCLE_S", "never")
    assert hedgectl("kill", "--mode", "flatten", *WHY, "--env", "demo").code == 3
    assert kill_file.read(state).mode == "flatten"


def test_an_embedded_exchange_that_is_gone_is_not_called_flat(hedgectl, state):
    answer = hedgectl("kill", "--mode", "flatten", *WHY, "--json")
    assert (answer.code, codes(answer)) == (5, ["sim.gone"])
    assert answer.json["problems"][0]["what"].startswith("nothing was withdrawn or closed")
    assert kill_file.read(state).mode == "flatten"


def journal(state, *events):
    async def main(clock):
        made = Journal(state / "journal.db", live=False, synchronous="OFF")
        for at_ms, event in enumerate(events, 1):
            made.append([(at_ms, event.kind, "", "", encode(event))])
        made.commit_inline()
        made.close()

    state.mkdir()
    run_virtual(main)


def test_without_env_it_acts_where_the_last_run_of_the_folder_traded(hedgectl, state, carried):
    journal(state, RunStarted("r1", "0", "demo", "x"))
    assert hedgectl("kill", "--mode", "flatten", *WHY).code == 0
    assert carried.books == [("demo", None, "flatten")]


def test_a_disk_that_refuses_is_told_and_holds_nothing_up(hedgectl, monkeypatch, run, carried):
    def full(folder, wanted):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kill_file, "pull", full)
    answer = hedgectl("kill", "--mode", "entries", *WHY, "--json")
    assert (answer.code, codes(answer), answer.json["data"]["seq"]) == (1, ["kill.not_durable"], 9)
    assert run.asked[0]["written"] is False


def test_a_milder_kill_leaves_the_stricter_one(hedgectl, state):
    kill_file.pull(state, kill_file.Pulled("flatten", "first", "ann", 1))
    assert hedgectl("kill", "--mode", "entries", *WHY, "--json").json["data"]["kill"]["mode"] == "flatten"


def test_rearm_removes_the_file_and_tells_the_run_or_the_next_one(hedgectl, state):
    hedgectl("kill", "--mode", "entries", *WHY)
    answer = hedgectl("rearm", "--why", "calm")
    assert answer.code == 0
    assert "off: entries are allowed again" in answer.out
    assert [row["do"] for row in kill_file.claim(state)] == ["rearm"]
    assert os.listdir(state) == [kill_file.TAKING]


def test_rearm_through_a_run_leaves_no_row(hedgectl, state, run):
    hedgectl("kill", "--mode", "entries", *WHY)
    assert hedgectl("rearm", "--why", "calm", "--json").json["data"] == {
        "kill": None, "run": "", "seq": 9, "acts": [], "left": None, "took_ms": pytest.approx(0, abs=500),
        "written": True,
    }  # fmt: skip
    assert run.asked[-1]["released"] is True
    assert os.listdir(state) == []


def test_rearm_that_cannot_remove_the_file_says_that_it_is_still_on(hedgectl, state, monkeypatch):
    hedgectl("kill", "--mode", "entries", *WHY)

    def stuck(folder):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(kill_file, "release", stuck)
    answer = hedgectl("rearm", "--why", "calm", "--json")
    assert (answer.code, codes(answer)) == (3, ["kill.file"])
    assert kill_file.read(state) is not None


def test_rearm_needs_a_reason(hedgectl):
    assert hedgectl("rearm").code == 2
    assert hedgectl("rearm", "--why", "").code == 2


STARTED = RunStarted("r1", "0", "sim", "x")
KILLED = KillSwitched("cancel", "smoke", "ann", 5)


def test_status_shows_the_switch_without_any_journal(hedgectl):
    assert codes(hedgectl("status", "--json")) == ["journal.unusable"]
    hedgectl("kill", "--mode", "entries", *WHY)
    assert codes(hedgectl("status", "--json")) == ["journal.unusable", "kill.on"]


def test_status_shows_the_switch_and_what_is_still_to_come_of_it(hedgectl, state):
    journal(state, STARTED)
    kill_file.pull(state, kill_file.Pulled("flatten", "smoke", "ann", 5))
    shown = hedgectl("status", "--json").json["data"]
    assert (shown["kill"]["mode"], shown["kill"]["why"]) == ("flatten", "smoke")
    assert shown["kill_note"] == "no run has taken it in yet"
    assert "by ann: smoke" in hedgectl("status").out
    kill_file.release(state)
    assert hedgectl("status", "--json").json["data"]["kill"] is None


def test_status_shows_a_switch_that_only_the_journal_holds_and_one_that_was_lifted_since(hedgectl, state):
    journal(state, STARTED, KILLED)
    assert hedgectl("status", "--json").json["data"]["kill_note"] == ""
    hedgectl("rearm", "--why", "calm")
    shown = hedgectl("status", "--json").json["data"]
    assert (shown["kill"]["mode"], shown["kill_note"]) == ("cancel", "lifted by a person: the next run takes that in")


def test_status_of_real_money_shows_the_first_live_profile(hedgectl, state, monkeypatch):
    journal(state, RunStarted("r1", "0", "live", "x"))
    assert "first-live profile: at most 50 USDT an order" in hedgectl("status").out
    monkeypatch.setenv("HEDGECTL_LIVE__STAGED", "off")
    assert "first-live" not in hedgectl("status").out
    monkeypatch.setenv("HEDGECTL_LIVE__STAGED", "perhaps")
    assert "first-live profile: unknown" in hedgectl("status").out


def test_what_kill_entries_means_can_be_asked(hedgectl):
    assert "rearms" in hedgectl("explain", "kill.entries").out


def test_a_run_in_the_box_leaves_alone_what_was_done_on_the_account(hedgectl, state):
    """Its exchange is a fresh one; the account's next run must hear of what was sent without it."""
    kill_file.note(state, {"do": "kill", "mode": "flatten", "why": "the desk moves", "by": "desk"})
    before = (state / LOG).read_bytes()
    assert hedgectl("run", "--virtual", "--for", "2s", "--seed", "1", "-q").code == 0
    assert (state / LOG).read_bytes() == before
    assert sorted(each.name for each in state.glob("kill*")) == [LOG]

"""Goal: a story shows evidence, belief, policy and action in order, and what was believed of its symbols beside it."""

from __future__ import annotations

import typing
from decimal import Decimal as D

import pytest

from hedgectl.core.model import event as e
from hedgectl.core.model import input as given_
from hedgectl.core.model.codec import EVENTS, encode
from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Leg, Side
from hedgectl.core.model.reply import Fault, FaultKind, Reply
from hedgectl.core.replay import Difference, Replay
from hedgectl.screens.evidence import TELLERS, evidence
from hedgectl.screens.ink import plain
from hedgectl.screens.replay import replay_lines
from hedgectl.screens.trace import Told, beside, layer, tell, trace_lines

NOW = 1_790_000_000_000
ENTRY = Entry("k7", "ETHUSDT", Side.BUY, NOW, notional_usdt=D(100))
QUIET = {given_.QuotesTaken, given_.ClockMeasured}


def row(seq, event, symbol="", at_ms=0, correlation=""):
    return Told(seq, NOW + at_ms, event.kind, correlation, symbol, event)


def posture(now, was):
    return e.BeliefState(now, was, NOW, 0, 0, 0.0, 1, 0, 0.2, 0.0, NOW)


def test_every_kind_has_its_layer():
    layers = {kind: layer(kind) for kind in EVENTS}
    assert {kind for kind, found in layers.items() if found == "action"} >= {"order.prepared", "cancel.sent"}
    assert {layers[kind] for kind in layers if kind.startswith(("mismatch.", "position."))} == {"belief"}
    assert layers["execution.belief_state"] == "belief"
    assert {layers["intent.accepted"], layers["intent.refused"], layers["order.inferred"]} == {"policy"}
    assert {layers["order.unknown"], layers["order.filled"], layer("in.LookedUp")} == {"evidence"}


def test_belief_of_the_symbols_stands_beside_and_that_of_others_does_not():
    opened = row(1, e.MismatchOpened("order h1", "unknown", "ETHUSDT", NOW), "ETHUSDT", 5)
    because = row(2, posture("YELLOW", "YELLOW"), "", 5)
    other = row(3, e.MismatchOpened("order h2", "unknown", "BTCUSDT", NOW), "BTCUSDT", 9)
    still = row(4, posture("YELLOW", "YELLOW"), "", 9)
    account = row(5, e.MismatchOpened("read quotes", "blind", "", NOW), "", 12)
    moved = row(6, posture("ORANGE", "YELLOW"), "", 12)
    kept = beside([opened, because, other, still, account, moved], frozenset({"ETHUSDT"}))
    assert [each.seq for each in kept] == [1, 2, 6]
    assert all(each.beside for each in kept)


def test_beside_is_marked_and_not_counted():
    story = [row(1, e.EntryAccepted(ENTRY, "c", Leg.LONG, D("0.037"), D("99.13")), "ETHUSDT", 0, "c")]
    opened = row(2, e.MismatchOpened("order h1", "unknown", "ETHUSDT", NOW), "ETHUSDT", 5_000)
    lines = plain(trace_lines(story + beside([opened], frozenset({"ETHUSDT"})))).splitlines()
    assert [line[15] for line in lines[:2]] == [" ", "~"]
    assert lines[1].split()[2:5] == ["~", "belief", "mismatch"]
    assert lines[2].startswith("open after 0s")


def test_every_input_that_can_lead_to_events_has_words():
    assert set(TELLERS) == set(typing.get_args(given_.Input)) - QUIET
    assert evidence(given_.QuotesTaken(()))[0] == "QuotesTaken"


@pytest.mark.parametrize(
    "given, text",
    [
        (given_.IntentReceived(ENTRY, "demo"), "entry BUY ETHUSDT 100.00 USDT  k7  by demo"),
        (given_.CreateAnswered("h1", Reply(400, '{"code":-2019}'), 0), 'h1  400 {"code":-2019}'),
        (given_.CreateAnswered("h1", Fault(FaultKind.RESET), 0), "h1  no answer: reset "),
        (given_.LookedUp("h1", None, True), "h1  not found"),
        (given_.LookedUp("h1", None, False, "timeout"), "h1  could not be asked: timeout"),
        (given_.StreamChanged(False, "silent"), "down: silent"),
        (given_.TradesTaken("ETHUSDT", (), 0, False, 0), "0 trades of ETHUSDT, and more"),
    ],
)
def test_evidence_in_a_line(given, text):
    assert evidence(given)[1] == text


def test_a_long_answer_is_cut():
    assert len(evidence(given_.CreateAnswered("h1", Reply(502, "<html>" * 200), 0))[1]) < 140


def test_an_input_of_the_journal_is_told_with_the_quote_it_used():
    quote = Quote("ETHUSDT", D("2679.40"), D("2679.41"), D(2679), NOW)
    body = encode(
        {"given": given_.IntentReceived(ENTRY), "used": {"quotes": {"ETHUSDT": quote}}, "now": Moment(1, NOW, NOW)}
    )
    found = tell(1, NOW, "in.IntentReceived", "c", "ETHUSDT", body)
    assert found.event == given_.IntentReceived(ENTRY)
    assert "ETHUSDT 2679.40 / 2679.41" in plain(trace_lines([found]))
    assert "not readable" in plain(trace_lines([tell(1, NOW, "in.Tick", "c", "", b'{"given":{}}')]))


def test_a_replay_in_lines(snapshot):
    different = Difference(
        14, NOW, "in.IntentReceived", "a46370f5fb", "ETHUSDT", (), (), "order.prepared order quantity", "0.002", "0.003"
    )
    found = Replay(3, [different], {"written by another version": 2}, "seq 40: order.teleported is not an event")
    assert plain(replay_lines(found)) == snapshot


@pytest.mark.parametrize(
    "found, text", [(Replay(1), "1 input replayed, all the same"), (Replay(), "nothing was replayed")]
)
def test_a_replay_without_differences(found, text):
    assert plain(replay_lines(found)) == text

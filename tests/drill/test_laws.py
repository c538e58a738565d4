"""Goal: no law is a formality: each holds for a life as it was, and speaks when the same life is told falsely."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.engine.entries import WALK
from hedgectl.core.model.intent import Exit
from hedgectl.core.orders.settle import Proof
from hedgectl.drill.books import Books
from hedgectl.drill.evidence import Evidence, gather
from hedgectl.drill.oracle import LAWS
from hedgectl.drill.plan import draw
from hedgectl.drill.storm import Storm


def first(rows, kind, **body):
    return next(
        row for row in rows if row.kind == kind and all(row.body.get(name) == value for name, value in body.items())
    )


def changed(rows, row, **body):
    """The rows with one of them saying something else."""
    return [each._replace(body={**row.body, **body}) if each is row else each for each in rows]


def without(rows, row):
    return [each for each in rows if each is not row]


def order_of(rows, purpose):
    return next(row for row in rows if row.kind == "order.prepared" and row.body["order"]["purpose"] == purpose)


def taken_entry(truth):
    name = next(each.client_id for each in truth.taken if each.named.purpose.value == "e")
    return truth.prepared[name]


@pytest.mark.parametrize("law", LAWS)
def test_a_life_as_it_was_breaks_no_law(told, law):
    assert told(law) == []


def test_more_than_vetted(told, truth):
    entry = first(truth.rows, "order.filled", purpose="e").body["intent_id"]
    row = next(each for each in truth.of("intent.accepted") if each.body["entry"]["intent_id"] == entry)
    less = changed(truth.rows, row, quantity=str(D(row.body["quantity"]) / 2))
    assert "vetted" in told("no_more_than_vetted", less)[0]


def test_a_name_taken_twice(told, truth):
    order = next(each for each in truth.ledger if each.kind == "order" and each.body["origin"] == "client")
    assert "2 times" in told("names_are_used_once", entries=[*truth.ledger, order])[0]
    row = order_of(truth.rows, "e")
    assert "prepared 2 times" in told("names_are_used_once", [*truth.rows, row])[0]


def test_a_fill_lost_doubled_invented_or_altered(told, truth):
    fill = first(truth.rows, "order.filled")
    assert "not in the journal" in told("every_fill_once", without(truth.rows, fill))[0]
    assert "too often" in told("every_fill_once", [*truth.rows, fill])[0]
    trade = fill.body["trade"] | {"quantity": "12345"}
    assert len(told("every_fill_once", changed(truth.rows, fill, trade=trade))) == 2


def test_an_order_that_was_not_prepared(told, truth):
    row = taken_entry(truth)
    assert row.body["order"]["client_id"] in told("prepared_before_accepted", without(truth.rows, row))[0]


@pytest.mark.parametrize("kind", ("order.rejected", "order.absent", "order.voided"))
def test_a_dead_order_that_lives(told, truth, kind):
    row = taken_entry(truth)
    name = row.body["order"]["client_id"]
    dead = row._replace(kind=kind, body={"client_id": name}, seq=10**9)
    assert name in told("never_called_dead", [*truth.rows, dead])[0]


def test_an_entry_sent_again(told, truth):
    row = order_of(truth.rows, "e")
    again = changed(truth.rows, row, order=row.body["order"] | {"attempt": 2})
    assert "sent again" in told("nothing_is_sent_again", again)[0]


def test_a_part_sent_while_the_last_one_is_open(told, truth):
    row = order_of(truth.rows, "x")
    order = row.body["order"]
    wish = next(each for each in truth.of("exit.accepted") if each.body["exit"]["intent_id"] == order["intent_id"])
    rows = changed(truth.rows, wish, exit=wish.body["exit"] | {"quantity": "1"})
    place = rows.index(row)
    second = row._replace(body={"order": order | {"client_id": "second", "attempt": 2}}, group=row.group + 1)
    rows.insert(place + 1, second._replace(seq=row.seq + 1))
    assert f"while {order['client_id']} was open" in told("nothing_is_sent_again", rows)[0]


def test_attempts_without_end(told, truth):
    row = order_of(truth.rows, "x")
    sixth = changed(truth.rows, row, order=row.body["order"] | {"attempt": 6})
    assert "attempt 6 of 5" in told("attempts_are_bounded", sixth)[0]
    storm = [row._replace(kind="cancel.sent", body={"client_id": "c"}, at_ms=row.at_ms + n) for n in range(9)]
    assert "9 times" in told("attempts_are_bounded", [*truth.rows, *storm])[0]
    cover = order_of(truth.rows, "c")
    burst = [cover._replace(at_ms=cover.at_ms + n) for n in range(30)]
    assert any("protective orders" in each for each in told("attempts_are_bounded", burst))


def test_an_exit_refused(told, truth):
    name = next(each.intent.intent_id for each in truth.outcome.said if isinstance(each.intent, Exit))
    row = first(truth.rows, "intent.refused")
    refused = changed(truth.rows, row, intent_id=name, code="belief.posture")
    assert name in told("exits_are_taken", refused)[0]


def test_an_exit_taken_and_not_sent(told, truth):
    row = order_of(truth.rows, "x")
    assert row.body["order"]["intent_id"] in told("exits_leave_at_once", without(truth.rows, row))[0]


@pytest.mark.parametrize("code, text", [(-1015, "Too many new orders"), (-1003, "current limit is {limit} requests")])
def test_protection_that_the_real_limits_refused(told, truth, code, text):
    name = order_of(truth.rows, "c").body["order"]["client_id"]
    said = text.format(limit=truth.plan.keys["box.weight_limit_1m"])
    row = truth.rows[-1]._replace(kind="order.rejected", body={"client_id": name, "code": code, "text": said})
    assert name in told("rates_never_cost_protection", [*truth.rows, row])[0]


def test_a_drawn_refusal_is_no_real_one(told, truth):
    name = order_of(truth.rows, "c").body["order"]["client_id"]
    text = "Too many requests; current limit is 2400 requests per minute."
    row = truth.rows[-1]._replace(kind="order.rejected", body={"client_id": name, "code": -1003, "text": text})
    assert told("rates_never_cost_protection", [*truth.rows, row]) == []


def test_a_close_that_opens(told, truth):
    entries = list(truth.ledger)
    place = next(
        index for index, each in enumerate(entries)
        if each.kind == "fill" and str(each.body["client_id"]).startswith("h1-x")
    )  # fmt: skip
    moved = next(each for each in entries[place:] if each.kind == "position")
    entries[entries.index(moved)] = replace(moved, body={**moved.body, "qty": D(10**6)})
    assert "moved" in told("closing_only_closes", entries=entries)[0]


def test_a_bare_leg_that_nobody_tends(truth):
    entries = [each for each in truth.rows if each.kind not in ("cover.seen", "cover.lost")]
    quiet = [each for each in entries if not (each.kind == "order.prepared" and each.body["order"]["purpose"] in "cm")]
    evidence = Evidence(truth.outcome, quiet, truth.ledger)
    books = Books(evidence)
    kept = {key: list(points) for key, points in truth.ledger.covers.items()}
    try:
        truth.ledger.covers.clear()
        assert "untended" in next(LAWS["bare_legs_are_tended"](evidence, books))
    finally:
        for key, points in kept.items():
            for point in points:
                truth.ledger.covers[key].append(point)


def test_silence_about_what_matters(told, truth):
    row = order_of(truth.rows, "c")
    closing = changed(truth.rows, row, order=row.body["order"] | {"purpose": "m"})
    assert "emergency" in told("what_matters_is_told", closing)[0]
    name = row.body["order"]["client_id"]
    gone = row._replace(kind="order.unknown", body={"client_id": name, "why": "acknowledged, then gone"}, group=-1)
    assert "nobody was told" in told("what_matters_is_told", [*truth.rows, gone])[0]


@pytest.mark.parametrize(
    "body, why",
    [({"posture": "RED"}, "RED takes none"), ({"posture": "ORANGE"}, "allowed|confidence|leverage|work|after")],
)
def test_an_entry_against_its_posture(told, truth, body, why):
    rows = [
        row._replace(body={**row.body, **body}) if row.kind == "execution.belief_state" else row for row in truth.rows
    ]
    found = told("entries_obey_the_posture", rows)
    assert found
    assert any(word in found[0] for word in why.split("|"))


def test_an_entry_that_never_saw_the_account(told, truth):
    held = {row.body["entry"]["intent_id"] for row in truth.rows if row.kind == "intent.held"}
    accepted = (row for row in truth.rows if row.kind == "intent.accepted")
    row = next(row for row in accepted if row.body["entry"]["intent_id"] not in held)
    before = [each._replace(at_ms=each.at_ms + 1) if each is row else each for each in truth.rows]
    assert "not seen before" in told("entries_see_the_account", before)[0]


def test_more_exposure_than_the_cap(told, truth):
    row = first(truth.rows, "intent.accepted")
    vast = changed(truth.rows, row, notional_usdt=str(D(row.body["notional_usdt"]) * 1000))
    assert "USDT" in told("exposure_is_capped", vast)[0]


def test_a_posture_or_a_debt_forgotten(told, truth):
    rows = truth.rows
    higher = first(rows, "execution.belief_state")
    assert "before" in told("belief_survives", changed(rows, higher, was="ORANGE"))[0]
    opened = first(rows, "mismatch.opened")
    twice = list(rows)
    twice.insert(rows.index(opened), opened)
    assert "opened twice" in told("belief_survives", twice)[0]
    assert "without having been open" in told("belief_survives", without(rows, opened))[0]


def test_a_state_that_the_journal_does_not_tell(truth, outcome):
    durable = outcome.life.state.durable
    durable.money.fills += 1
    try:
        assert list(LAWS["journal_is_the_state"](truth, Books(truth))) == [
            "money differs between the journal and the state that wrote it"
        ]
    finally:
        durable.money.fills -= 1


def breached(seed, folder):
    """The laws that this life breaks."""
    folder.mkdir()
    evidence = gather(Storm(draw(seed)).live(folder))
    books = Books(evidence)
    return {name for name, law in LAWS.items() if any(True for _ in law(evidence, books))}


def ungated(*names):
    return tuple((gate, need) for gate, need in WALK if gate.__name__ not in names)


@pytest.mark.parametrize(
    "where, broken, law, first_seed",
    [
        ("settling.judge", lambda *_: Proof.ABSENT, "never_called_dead", 9),
        ("covering._protect", lambda *_: None, "bare_legs_are_tended", 1),
        ("entries.split", lambda quantity, *_: [quantity, quantity], "no_more_than_vetted", 1),
        ("entries.WALK", ungated("cooled_down"), "entries_obey_the_posture", 3),
        ("replies.whole_close", lambda *_: True, "nothing_is_sent_again", 20),
    ],
)
def test_a_product_that_is_broken_on_purpose_is_caught(monkeypatch, tmp_path, where, broken, law, first_seed):
    monkeypatch.setattr(f"hedgectl.core.engine.{where}", broken)
    assert any(law in breached(seed, tmp_path / str(seed)) for seed in range(first_seed, first_seed + 40))

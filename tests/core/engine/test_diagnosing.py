"""Goal: each kind of difference is told, with what each side states and what the executor does; agreement is silent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.engine.diagnosing import diagnose
from hedgectl.core.model.evidence import AlgoRow, OrderRow
from hedgectl.core.model.order import Kind as OrderKind
from hedgectl.core.model.order import Leg, Mode, Purpose, Side
from hedgectl.core.orders.clientid import client_id
from hedgectl.core.reconcile.finding import BY_A_PERSON, COUNTED, LEFT_ALONE, REPAIRS, Kind
from hedgectl.core.settings import RepairLimits
from hedgectl.core.state.durable import DoneOrder

LATER_MS = 5_000


def order(name="web_1", side=Side.BUY, leg=Leg.LONG, quantity="0.01", price="49000", **changes):
    made = OrderRow(
        "BTCUSDT", 7, name, side, leg, "LIMIT", "NEW", D(quantity), D(0), D(price), False, 0
    )  # fmt: skip
    return replace(made, **changes)


def stop(name="web_2", side=Side.SELL, leg=Leg.LONG, trigger="49000", **changes):
    made = AlgoRow("BTCUSDT", 8, name, side, leg, "STOP_MARKET", "NEW", D(0), D(trigger), True, 0, 0)
    return replace(made, **changes)


def found(bench, *positions, orders=(), algos=(), after_ms=LATER_MS, symbol="", mode=None, **repair):
    """What a look `after_ms` from now is diagnosed as."""
    bench.ms += after_ms
    shown = bench.snapshot(positions, tuple(orders), tuple(algos), mode)
    settings = replace(bench.state.settings, repair=RepairLimits(**repair))
    return diagnose(bench.state.durable, shown, settings, shown.asked_ms, symbol)


def kinds(findings):
    return [each.kind for each in findings]


def agreed(bench, cover):
    """The leg and the stop that belief and exchange agree on."""
    return bench.leg(str(held(bench).quantity)), bench.algo_row(cover)


def held(bench):
    return bench.state.durable.positions["BTCUSDT|LONG"]


@pytest.fixture
def holding(bench):
    """A covered LONG of 0.002, agreed on; with its stop's order."""
    return bench, bench.holding()


def test_agreement_is_silent(holding):
    bench, cover = holding
    leg, resting = agreed(bench, cover)
    assert found(bench, leg, algos=[resting]) == ()


def test_equal_legs_of_hedge_mode_are_two_legs_and_agree(holding):
    bench, cover = holding
    bench.enter("other", side=Side.SELL)
    bench.fill(bench.sent[-1])
    bench.answer(bench.sent[-2])
    second = bench.sent[-1]
    bench.algo(second)
    legs = bench.leg(f"{held(bench).quantity}"), bench.leg("-0.003", leg=Leg.SHORT)
    assert found(bench, *legs, algos=[bench.algo_row(cover), bench.algo_row(second)]) == ()


def test_theirs_only_is_an_orphan_and_bare(bench):
    orphan, naked = found(bench, bench.leg("0.002"))
    assert (orphan.kind, orphan.ours, orphan.theirs) == (Kind.ORPHAN, "flat", "0.002 @ 50000")
    assert (naked.kind, naked.ours, naked.theirs) == (Kind.NAKED, "no stop", "0.002, no stop")


def test_ours_only_is_a_phantom_and_its_stop_is_a_stray(holding):
    bench, cover = holding
    assert kinds(found(bench, algos=[bench.algo_row(cover)])) == [Kind.PHANTOM, Kind.STRAY_COVER]


@pytest.mark.parametrize(
    "theirs, entry, kind",
    [("0.004", "50000", Kind.DRIFT), ("-0.002", "50000", Kind.SIDE), ("0.002", "50100", Kind.ENTRY)],
)
def test_size_side_and_entry(one_way, theirs, entry, kind):
    cover = one_way.holding()
    leg = one_way.leg(theirs, leg=Leg.BOTH, entry=entry)
    assert kind in kinds(found(one_way, leg, algos=[one_way.algo_row(cover)]))


def test_a_stop_of_the_other_direction_is_a_stray_and_the_leg_bare(one_way):
    cover = one_way.holding()
    leg = one_way.leg("-0.002", leg=Leg.BOTH)
    assert kinds(found(one_way, leg, algos=[one_way.algo_row(cover)])) == [Kind.SIDE, Kind.NAKED, Kind.STRAY_COVER]


@pytest.mark.parametrize(
    "placed, bare",
    [
        ({}, False),
        ({"kind": "TRAILING_STOP_MARKET"}, False),
        ({"close_position": False, "quantity": D(1), "reduce_only": True}, True),
        ({"kind": "TAKE_PROFIT_MARKET"}, True),
        ({"side": Side.BUY}, True),
        ({"status": "TRIGGERING"}, True),
        ({"leg": Leg.SHORT}, True),
    ],
)
def test_what_counts_as_cover_is_a_resting_stop_that_closes_the_whole_leg_whoever_placed_it(holding, placed, bare):
    bench, cover = holding
    bench.algo(cover, "CANCELED")
    leg, _ = agreed(bench, cover)
    assert (Kind.NAKED in kinds(found(bench, leg, algos=[stop(**placed)]))) is bare


def test_an_unanswered_order_is_unknown_and_aged_from_when_belief_knew(bench):
    bench.enter()
    bench.lose(bench.sent[-1])
    bench.tick()
    (unknown,) = found(bench)
    assert (unknown.kind, unknown.ours, unknown.theirs) == (Kind.UNKNOWN, "unknown", "not shown")
    assert unknown.age_ms == LATER_MS
    assert unknown.order == bench.sent[-1].client_id


def test_a_prepared_order_is_unknown_once_it_should_be_answered(bench):
    bench.enter()
    assert found(bench, after_ms=900) == ()
    assert kinds(found(bench, after_ms=200)) == [Kind.UNKNOWN]


def test_a_resting_order_that_is_not_shown_is_lost_and_one_that_is_shown_agrees(bench):
    bench.enter(kind=OrderKind.LIMIT, price=D(49_000), quantity=D("0.003"), notional_usdt=None)
    entry = bench.sent[-1]
    bench.answer(entry, "NEW", D(0))
    assert found(bench, orders=[order(entry.client_id)]) == ()
    assert kinds(found(bench)) == [Kind.LOST_ORDER]


@pytest.mark.parametrize(
    "row, told",
    [
        (order(), True),
        (order(side=Side.SELL), False),
        (order(side=Side.SELL, leg=Leg.SHORT), True),
        (order(reduce_only=True), False),
        (stop(), False),
        (stop(close_position=False, quantity=D(1)), False),
        (stop(side=Side.BUY, close_position=False, quantity=D(1)), True),
    ],
)
def test_an_order_of_somebody_else_is_told_when_it_opens_exposure_and_never_touched(bench, row, told):
    rows = {"orders": [row]} if isinstance(row, OrderRow) else {"algos": [row]}
    findings = found(bench, **rows)
    assert kinds(findings) == [Kind.FOREIGN_ORDER] * told
    assert all(each.harmless and each.repair == BY_A_PERSON for each in findings)


@pytest.mark.parametrize("quantity, told", [("0.002", False), ("0.004", True)])
def test_in_one_way_mode_an_order_against_the_position_opens_only_what_is_beyond_it(one_way, quantity, told):
    cover = one_way.holding()
    row = order(side=Side.SELL, leg=Leg.BOTH, quantity=quantity)
    leg = one_way.leg("0.002", leg=Leg.BOTH)
    assert (Kind.FOREIGN_ORDER in kinds(found(one_way, leg, orders=[row], algos=[one_way.algo_row(cover)]))) is told


def test_an_order_of_our_name_that_is_in_no_book_is_a_leftover(bench):
    name = client_id("lost", Leg.LONG, Purpose.ENTRY)
    (leftover,) = found(bench, orders=[order(name)])
    assert (leftover.kind, leftover.ours, leftover.repair) == (Kind.LEFTOVER_ORDER, "not in the book", "withdraw it")
    assert not leftover.harmless


def test_a_stop_of_our_name_that_covers_the_leg_is_counted_unless_we_called_it_over(holding):
    bench, cover = holding
    bench.algo(cover, "CANCELED")
    name = client_id("lost", Leg.LONG, Purpose.COVER)
    leg, _ = agreed(bench, cover)
    for over, repair in ((False, COUNTED), (True, "withdraw it")):
        if over:
            done = DoneOrder(8, 0, "lost", "c", "BTCUSDT", Leg.LONG, Purpose.COVER, "absent", D(0), D(0))
            bench.state.durable.done[name] = done
        by_kind = {each.kind: each for each in found(bench, leg, algos=[stop(name)])}
        assert by_kind[Kind.LEFTOVER_ORDER].repair == repair


def test_the_mode_is_the_accounts(bench):
    (mode,) = found(bench, mode=Mode.ONE_WAY)
    assert (mode.kind, mode.symbol, mode.ours, mode.theirs) == (Kind.MODE, "", "hedge", "one-way")


def test_a_leg_that_moved_since_the_look_was_asked_for_is_told_as_moving(holding):
    bench, cover = holding
    bench.algo(cover, "CANCELED")
    for after_ms, moving in ((500, True), (LATER_MS, False)):
        told = {each.kind: each.moving for each in found(bench, after_ms=after_ms)}
        assert told[Kind.PHANTOM] is moving


def test_a_stop_sent_a_moment_ago_to_a_leg_that_turned_out_flat_is_told_as_moving_not_as_agreed(holding):
    """Else a repair ends at once, and the stop stays where no position is."""
    bench, cover = holding
    for after_ms, moving in ((500, True), (LATER_MS, False)):
        told = {each.kind: each.moving for each in found(bench, algos=[bench.algo_row(cover)], after_ms=after_ms)}
        assert told[Kind.STRAY_COVER] is moving


def test_positions_that_are_left_alone_by_policy_are_none_of_ours(bench):
    (orphan,) = found(bench, bench.leg("0.002"), adopt=False)
    assert (orphan.kind, orphan.repair) == (Kind.ORPHAN, LEFT_ALONE)
    bench.state.durable.left["BTCUSDT|LONG"] = D("0.002")
    assert found(bench, bench.leg("0.002"), adopt=False) == ()


def test_one_symbol_only_and_always_the_account(bench):
    legs = bench.leg("0.002"), bench.leg("0.5", symbol="ETHUSDT")
    findings = found(bench, *legs, symbol="ETHUSDT", mode=Mode.ONE_WAY)
    assert {each.symbol for each in findings} == {"", "ETHUSDT"}


def test_the_order_is_stable_whatever_the_page_s(bench):
    legs = bench.leg("0.002"), bench.leg("0.5", symbol="ETHUSDT"), bench.leg("-1", leg=Leg.SHORT)
    assert found(bench, *legs) == found(bench, *reversed(legs), after_ms=0)


def test_diagnosing_moves_nothing(holding):
    bench, _ = holding
    before = repr(bench.state.durable), repr(bench.state.volatile)
    found(bench, bench.leg("0.009"), orders=[order()], algos=[stop()], mode=Mode.ONE_WAY)
    assert (repr(bench.state.durable), repr(bench.state.volatile)) == before


def test_every_kind_says_how_it_is_repaired():
    assert set(REPAIRS) == set(Kind)

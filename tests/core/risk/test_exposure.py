"""Gates on the sized order: every cap at its last and first value, the outlier, and hints that can be followed."""

from __future__ import annotations

import re
from decimal import Decimal as D
from statistics import median

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hedgectl.core.model.money import floor_step
from hedgectl.core.model.order import Kind, Side
from hedgectl.core.model.verdict import APPROVED, Refused
from hedgectl.core.risk.desk import EntryMark
from hedgectl.core.risk.exposure import no_outlier, within_caps
from hedgectl.core.risk.nav import Nav
from hedgectl.core.risk.sizing import Sized, size

T0 = 1_767_225_600_000
OUTLIER = {"outlier_x": D(10), "outlier_samples_min": 3}


def of(quantity, nav="10000", **more):
    """An explicit quantity at 50,000."""
    entry = {"kind": Kind.LIMIT, "price": D(50_000), "notional_usdt": None, "quantity": D(quantity)}
    return {"entry": entry, "nav": Nav(D(nav), 0, ()), **more}


def after(quantity, *worth):
    """The same after entries of these sizes."""
    marks = tuple(EntryMark(T0, "BTCUSDT", Side.BUY, "", D(each)) for each in worth)
    return of(quantity, risk=OUTLIER, entries=marks, usual_usdt=D(median(worth)))


def rooms(code, limit, worth, **desk):
    """A cap that leaves 500 USDT, and a first quantity beyond it; its cure is what the hint says."""
    return (within_caps, of("0.010", **desk), of("0.011", **desk), (code, worth, limit), of("0.010", **desk))


EDGES = [
    (within_caps, of("0.020"), of("0.021"), ("risk.order_cap", "1050.00", "1000.00"), of("0.020")),
    rooms("belief.notional", "500.00", "550.00", notional_usdt_max=D(500)),
    (within_caps, of("0.002", "250"), of("0.002", "200"), ("sizer_cap", "100.00", "80.00"), of("0.002", "250")),
    rooms("risk.symbol_cap", "500.00", "550.00", exposure_usdt=D(3_500), limits={"symbol_notional_usdt_max": D(9_000)}),
    rooms("risk.symbol_cap", "500.00", "550.00", exposure_usdt=D(2_500), limits={"symbol_notional_usdt_max": D(3_000)}),
    (within_caps, of("0.008", "1000"), of("0.009", "1000"), ("risk.symbol_cap", "450.00", "400.00"), of("0.008")),
    rooms("risk.gross_cap", "500.00", "550.00", gross_usdt=D(19_500)),
    rooms("risk.tier_cap", "500.00", "550.00", tier_usdt=D(5_500)),
    (
        no_outlier,
        after("0.010", 50, 50, 50),
        after("0.011", 50, 50, 50),
        ("risk.outlier", "550.00", "500.00"),
        {"risk": {**OUTLIER, "outlier_x": D(11)}},
    ),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge[3][0]} {edge[3][2]}")
def test_a_gate_of_exposure_refuses_on_one_side_of_its_limit_only(edge, holds_at):
    holds_at(edge)


def test_nothing_is_usual_until_there_were_a_few(judged):
    assert judged(no_outlier, after("0.011", 50, 50)) is APPROVED


def test_an_order_of_exactly_so_many_medians_is_none(judged):
    assert judged(no_outlier, after("0.010", 40, 40, 60, 60)) is APPROVED
    assert judged(no_outlier, after("0.011", 40, 40, 60, 60)).code == "risk.outlier"


def test_an_order_that_is_too_large_for_its_share_is_not_called_a_conflict_with_the_floor(judged):
    no = judged(within_caps, of("0.010", "1000", exposure_usdt=D(100)))
    assert (no.code, no.limit) == ("risk.symbol_cap", "300.00")
    assert no.hint == "risk.symbol_nav_pct_max leaves room for 300.00 USDT"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(2, 20))
def test_an_outlier_is_what_passes_so_many_medians(judged, marked, lots):
    changes = after(D(lots) / 1_000, *marked)
    changes["risk"] = {**OUTLIER, "outlier_samples_min": 1}
    assert (judged(no_outlier, changes) is APPROVED) is (D(lots) * 50 <= D(median(marked)) * 10)


PRICES = st.decimals("100", "90000", places=1)
USDT = st.decimals("0", "5000", places=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PRICES, USDT, USDT, st.sampled_from(("exposure_usdt", "gross_usdt", "tier_usdt")), st.integers(1, 200))
def test_what_a_cap_leaves_room_for_passes(stand, price, nav, used, where, lots):
    entry = {"kind": Kind.LIMIT, "price": price, "notional_usdt": None, "quantity": D(lots) / 1_000}
    changes = {"entry": entry, "nav": Nav(nav + 1, 0, ()), where: used}
    wish, desk = stand(changes)
    sized = size(wish, desk)
    assume(isinstance(sized, Sized))
    no = within_caps(wish, sized, desk)
    assume(isinstance(no, Refused))
    assert D(no.number) > D(no.limit)
    room = D(re.search(r"leaves room for ([\d.]+) USDT", no.hint)[1])
    entry["quantity"] = floor_step(room / price, D("0.001"))
    wish, desk = stand(changes)
    again = size(wish, desk)
    if isinstance(again, Sized):
        assert within_caps(wish, again, desk) is APPROVED or within_caps(wish, again, desk).code != no.code

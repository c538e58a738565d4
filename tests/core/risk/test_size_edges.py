"""Sizes at their limits: the last that passes and the first that does not, each with a hint that can be followed."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.money import floor_step
from hedgectl.core.model.order import Kind
from hedgectl.core.model.verdict import Refused
from hedgectl.core.risk.nav import Nav
from hedgectl.core.risk.sizing import Sized, size, split


def wish(usdt, **more):
    return {"entry": {"notional_usdt": D(usdt)}, **more}


def exact(quantity, price="50000", **more):
    entry = {"kind": Kind.LIMIT, "price": D(price), "notional_usdt": None, "quantity": D(quantity)}
    return {"entry": entry, **more}


def nav(usdt):
    return {"nav": Nav(D(usdt), 0, ())}


def marked(usdt, mark):
    return wish(usdt, quote=Quote("BTCUSDT", D("50000"), D("50000.1"), D(mark), 0))


EDGES = [
    # the smallest market order is 0.002 at 50,000.1: 100.0002 USDT
    (wish("100.0002"), wish("100.0001"), "sizer.below_minimum", wish("100.01")),
    # the exchange values a market order at the mark: 0.002 at 49,999.99 is worth less than 100 USDT
    (marked("100.01", "50000"), marked("100.01", "49999.99"), "sizer.below_minimum", marked("150.01", "49999.99")),
    (exact("0.002"), exact("0.001"), "sizer.below_minimum", exact("0.002")),
    (exact("0.002"), exact("0.0021"), "sizer.off_step", exact("0.002")),
    (exact("0.002", "50000.1"), exact("0.002", "50000.15"), "sizer.off_tick", exact("0.002", "50000.1")),
    (exact("20000"), exact("20000.001"), "sizer.too_many_parts", exact("20000")),
    (wish("150", **nav("250.01")), wish("150", **nav("250")), "sizer_cap", nav("250.01")),
    (wish("150", **nav("300")), wish("150", exposure_usdt=D(20), **nav("300")), "risk.symbol_cap", nav("400")),
]


@pytest.mark.parametrize("passes, wrong, code, cure", EDGES, ids=[f"{edge[2]} {at}" for at, edge in enumerate(EDGES)])
def test_a_size_is_refused_on_one_side_of_its_limit_only(stand, passes, wrong, code, cure):
    assert isinstance(size(*stand(passes)), Sized)
    no = size(*stand(wrong))
    assert isinstance(no, Refused)
    assert (no.code, bool(no.number), bool(no.limit), bool(no.hint)) == (code, True, True, True)
    assert isinstance(size(*stand({**wrong, **cure})), Sized), no.hint


PRICES = st.decimals("1", "90000", places=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PRICES, st.decimals("0.01", "200", places=2), st.decimals("1", "3000", places=2))
def test_the_least_wish_and_the_least_nav_that_a_refusal_names_are_enough(stand, price, usdt, nav_usdt):
    quote = Quote("BTCUSDT", price, price, price, 0)
    changes = {"entry": {"notional_usdt": usdt}, "quote": quote, "nav": Nav(nav_usdt, 0, ())}
    no = size(*stand(changes))
    assume(isinstance(no, Refused))
    if named := re.search(r"wish at least ([\d.]+) USDT", no.hint):
        changes["entry"] = {"notional_usdt": D(named[1])}
        again = size(*stand(changes))
        assert isinstance(again, Sized) or again.code != no.code
    elif named := re.search(r"from NAV ([\d.]+) USDT on", no.hint):
        changes["nav"] = Nav(D(named[1]), 0, ())
        again = size(*stand(changes))
        assert isinstance(again, Sized) or again.code != no.code
        changes["nav"] = Nav(D(named[1]) - D("0.01"), 0, ())
        assert size(*stand(changes)).code == no.code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PRICES, st.decimals("100", "5000", places=2))
def test_a_wish_is_rounded_down_and_clipped_never_up(stand, price, usdt):
    quote = Quote("BTCUSDT", price, price, price, 0)
    entry, desk = stand({"entry": {"notional_usdt": usdt}, "quote": quote})
    sized = size(entry, desk)
    assume(isinstance(sized, Sized))
    assert sized.notional_usdt <= min(usdt, D(1_000))
    assert sized.quantity == floor_step(min(usdt, D(1_000)) / price, D("0.001"))


@given(
    st.decimals("0.001", "5000", places=3),
    st.decimals("0.001", "400", places=3),
    st.sampled_from(["0.001", "0.01", "1"]),
)
def test_parts_are_few_alike_and_together_the_whole(quantity, largest, step):
    """A rest of a few steps would be below the exchange's minimum; a wrong step must not keep anything from closing."""
    assume(quantity / largest < 200)
    step = D(step)
    parts = split(quantity, largest, step)
    assert sum(parts) == quantity
    assert all(0 < each <= largest for each in parts)
    unit = min(step, largest)
    assert max(parts) - min(parts) < 2 * unit
    assert len(parts) == 1 or (len(parts) - 1) * floor_step(largest, unit) < quantity

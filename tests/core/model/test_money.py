"""Money: exact in, exact out, rounded only where a rounding is asked for."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgectl.core.model.money import ceil_step, dec, floor_step, plain

values = st.decimals(min_value=0, max_value=10**9, places=8, allow_nan=False)
steps = st.sampled_from([D("0.00000001"), D("0.001"), D("0.1"), D(1), D(5)])


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "", "1,5", "0x10", "one", "1e", None])
def test_what_is_no_finite_number_is_refused(text):
    with pytest.raises(ValueError):
        dec(text)


@given(values)
def test_plain_text_says_the_same_number_without_exponent(value):
    assert "E" not in plain(value).upper()
    assert D(plain(value)) == value


@given(values, steps)
def test_floor_and_ceiling_are_multiples_on_both_sides(value, step):
    low, high = floor_step(value, step), ceil_step(value, step)
    assert low <= value <= high
    assert low % step == 0
    assert high % step == 0
    assert high - low in (0, step)


def test_minus_zero_is_never_shown():
    assert plain(D("-0.000")) == "0"

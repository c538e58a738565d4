"""Client ids: deterministic, readable back, within the exchange's alphabet and length, different when they must be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgectl.core.model.order import Leg, Purpose
from hedgectl.core.orders.clientid import COUNT_MAX, ClientId, client_id, intent_hash, parse_client_id

EXCHANGE = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
COUNTS = st.integers(0, COUNT_MAX)
PARTS = st.tuples(st.text(max_size=200), st.sampled_from(Leg), st.sampled_from(Purpose), COUNTS, COUNTS, COUNTS)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(PARTS)
def test_what_goes_in_can_be_read_back(parts):
    intent, leg, purpose, part, revision, attempt = parts
    made = client_id(intent, leg, purpose, part, revision, attempt)
    assert EXCHANGE.fullmatch(made)
    assert made == client_id(*parts)
    assert parse_client_id(made) == ClientId(purpose, part, revision, attempt, leg, intent_hash(intent))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(PARTS, PARTS)
def test_different_sends_have_different_names(one, other):
    assert (client_id(*one) == client_id(*other)) is (one == other)


@pytest.mark.parametrize("count", [-1, COUNT_MAX + 1])
def test_a_count_that_does_not_fit_is_refused(count):
    with pytest.raises(ValueError, match=str(COUNT_MAX)):
        client_id("k7", Leg.LONG, Purpose.ENTRY, attempt=count)


@pytest.mark.parametrize(
    "text",
    ["", "x-cvBPrNm9abc", "autoclose-1", "h1-e000001-lfb848c99b9a43ec7866", "h1-q000001-lfb848c99b9a43ec7866a",
     "h1-e000001-lfb848c99b9a43ec7866a ", "h2-e000001-lfb848c99b9a43ec7866a", "h1-e000001-lfb848c99b9a43ec7866a\n"],
)  # fmt: skip
def test_an_id_of_somebody_else_is_none(text):
    assert parse_client_id(text) is None

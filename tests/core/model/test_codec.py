"""The journal's encoding: equal values give equal bytes, and bytes give the value back, for every event and input."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgectl.core.model.codec import EVENTS, INPUT_KINDS, INPUTS, decode, decode_row, encode
from hedgectl.core.model.event import Filled, OrderPrepared
from hedgectl.core.model.input import CreateAnswered, LookedUp
from hedgectl.core.model.order import Prepared
from hedgectl.core.model.reply import Fault, FaultKind, Reply

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**9), max_value=10**9)
st.register_type_strategy(D, decimals)
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, st.text(st.characters(codec="utf-8"), max_size=20))


@settings(max_examples=300, deadline=None)
@given(st.one_of([st.from_type(cls) for cls in EVENTS.values()]))
def test_every_event_comes_back_from_its_bytes(event):
    body = encode(event)
    assert decode_row(event.kind, body) == event
    assert encode(decode_row(event.kind, body)) == body


@settings(max_examples=300, deadline=None)
@given(st.one_of([st.from_type(cls) for cls in INPUTS.values()]))
def test_every_input_comes_back_from_its_bytes(given_):
    body = encode(given_)
    assert decode_row(INPUT_KINDS[type(given_)], body) == given_


def test_the_two_answers_are_told_apart():
    for answer in (Reply(200, "{}", (("a", "b"),)), Fault(FaultKind.DNS, "x")):
        body = encode(CreateAnswered("c", answer, 1))
        assert decode(CreateAnswered, body).answer == answer


def test_a_decimal_keeps_its_digits():
    body = encode({"x": D("616.190"), "y": D("1E-7")})
    assert body == b'{"x":"616.190","y":"1E-7"}'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("no.such", b"{}"),
        ("order.voided", b'{"client_id":"a"}'),
        ("order.voided", b'{"client_id":"a","why":"b","more":1}'),
        ("in.LookedUp", b'{"client_id":"a","row":{"odd":1},"not_found":false}'),
        ("order.filled", b"[]"),
        ("order.filled", b"nothing"),
    ],
)
def test_what_does_not_fit_is_an_error_not_a_guess(kind, body):
    with pytest.raises(ValueError):
        decode_row(kind, body)


def test_a_float_has_no_place_among_money():
    with pytest.raises(TypeError):
        encode({"x": object()})


def test_kinds_are_unique_and_named_after_what_happened():
    assert len(set(EVENTS)) == len(EVENTS)
    assert all(kind.islower() for kind in EVENTS)
    assert {Filled.kind, OrderPrepared.kind} <= set(EVENTS)
    assert LookedUp in INPUT_KINDS
    assert Prepared not in INPUT_KINDS

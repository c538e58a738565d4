"""Goal: where the exchange lets us close only is read as it says it, and a shape that it never had is no "nothing"."""

from __future__ import annotations

import orjson
import pytest

from hedgectl.core.model.input import ReadFailed
from hedgectl.venue.barred import ACCOUNT, Barred

LOCKED = {
    "isLocked": True,
    "plannedRecoverTime": 1545741270000,
    "indicator": "UFR",
    "value": 0.05,
    "triggerValue": 0.995,
}
FREE = LOCKED | {"isLocked": False, "indicator": "IFER"}
WHOLE = {"indicator": "TMV", "value": 10, "triggerValue": 1, "plannedRecoverTime": 1644919865000, "isLocked": True}


@pytest.fixture
def told(make_desk, reply):
    """told(body): what is read of the exchange's answer."""

    def read(body):
        desk = make_desk().scripted(lambda method, url: reply(200, orjson.dumps(body).decode()))
        return desk.run(desk.venue.barred())

    return read


def test_what_is_locked_is_told_and_what_is_only_watched_is_not(told):
    body = {"indicators": {"BTCUSDT": [LOCKED, FREE], "ACCOUNT": [WHOLE]}, "updateTime": 1}
    assert told(body) == (Barred("BTCUSDT", "UFR", 1545741270000), Barred(ACCOUNT, "TMV", 1644919865000))
    assert told({"indicators": {}, "updateTime": 1}) == ()


@pytest.mark.parametrize(
    "body", [{}, [], {"indicators": None}, {"indicators": {"BTCUSDT": [{}]}}, {"indicators": {"X": 1}}]
)
def test_another_shape_is_a_failure_and_never_nothing(told, body):
    assert isinstance(told(body), ReadFailed)

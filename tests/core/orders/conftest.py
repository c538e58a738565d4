"""Prepared orders for tests: a hedge-mode market entry unless told otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hedgectl.core.model.order import Action, Kind, Lane, Leg, Prepared, Purpose, Side


@pytest.fixture(scope="session")
def prepared():
    def make(**changes: Any) -> Prepared:
        whole: dict[str, Any] = {
            "client_id": "h1-e000001-lfb848c99b9a43ec7866a",
            "intent_id": "k7",
            "correlation_id": "c7",
            "symbol": "BTCUSDT",
            "leg": Leg.LONG,
            "side": Side.BUY,
            "action": Action.OPEN,
            "purpose": Purpose.ENTRY,
            "kind": Kind.MARKET,
            "lane": Lane.ENTRY,
            "position_side": "LONG",
            "reduce_only": None,
            "timestamp_ms": 1_767_225_600_000,
            "recv_window_ms": 2500,
            "quantity": Decimal("0.0100"),
        }
        return Prepared(**(whole | changes))

    return make

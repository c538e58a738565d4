"""Rows and helpers for the store's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hedgectl.store.rows import Row


@pytest.fixture
def row() -> Callable[..., Row]:
    """A row by its body's number; kind, correlation and symbol as given."""

    def make(number: int = 0, kind: str = "alert", correlation: str = "cor-1", symbol: str = "BTCUSDT") -> Row:
        return 1_767_225_600_000 + number, kind, correlation, symbol, b'{"n":%d,"text":"\xc3\xa4"}' % number

    return make

"""One stormy life, lived once, and ways to tell of it falsely."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hedgectl.drill.books import Books
from hedgectl.drill.evidence import Evidence, Row, gather
from hedgectl.drill.oracle import LAWS
from hedgectl.drill.plan import draw
from hedgectl.drill.storm import Outcome, Storm
from hedgectl.sim.ledger import Ledger

SEED = 6


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a storm with a kill left."""
    return Storm(draw(SEED)).live(tmp_path_factory.mktemp("storm"))


@pytest.fixture(scope="session")
def truth(outcome: Outcome) -> Evidence:
    return gather(outcome)


@pytest.fixture
def told(truth: Evidence) -> Callable[..., list[str]]:
    """told(law, rows=None, entries=None): what a law says of the life as it was, or as it is told falsely."""

    def ask(law: str, rows: list[Row] | None = None, entries: list[Any] | None = None) -> list[str]:
        ledger = truth.ledger
        if entries is not None:
            ledger = Ledger()
            for each in entries:
                ledger.add(each.time_ms, each.kind, each.symbol, each.body)
        evidence = Evidence(truth.outcome, truth.rows if rows is None else rows, ledger)
        return list(LAWS[law](evidence, Books(evidence)))

    return ask

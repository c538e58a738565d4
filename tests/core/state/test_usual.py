"""What an entry is usually worth: kept with each entry, forgotten with the oldest, the same after a restart."""

from __future__ import annotations

from decimal import Decimal as D
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from hedgectl.core.model.event import EntryAccepted
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Leg, Side
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import RiskLimits, Settings
from hedgectl.core.state.apply import apply
from hedgectl.core.state.index import rebuild
from hedgectl.core.state.volatile import fresh_state

KEPT = 5


@given(st.lists(st.integers(1, 20), max_size=30))
def test_the_usual_entry_is_the_median_of_those_that_are_remembered(worths):
    state = fresh_state(Settings(("BTCUSDT",), risk=RiskLimits(marks_kept_max=KEPT)), Budget())
    for number, worth in enumerate(worths):
        entry = Entry(f"k{number}", "BTCUSDT", Side.BUY, number, notional_usdt=D(worth))
        apply(state, EntryAccepted(entry, "c", Leg.LONG, D(1), D(worth), number))
        assert state.index.usual_usdt == D(median(worths[: number + 1][-KEPT:]))
    assert rebuild(state.durable, {}, ()).usual_usdt == state.index.usual_usdt

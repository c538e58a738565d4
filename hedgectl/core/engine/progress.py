"""What follows when an order is known to be there, or known to be over, whoever told us."""

from __future__ import annotations

from hedgectl.core.engine.fills import expect_fills
from hedgectl.core.engine.intents import finish_if_over
from hedgectl.core.engine.work import Work
from hedgectl.core.model.order import Kind, Prepared, Purpose


def after_acceptance(work: Work, order: Prepared) -> None:
    """The exchange has an order: watch what it still owes us (fills, a resting stop, an end)."""
    volatile, now = work.volatile, work.now
    live = work.durable.orders.get(order.client_id)
    volatile.settling.pop(order.client_id, None)
    if live is None:
        finish_if_over(work, order.intent_id, "expired")
        return
    if order.purpose is Purpose.COVER:
        volatile.unverified[order.client_id] = now.mono_ms + work.settings.cover_check_ms
        work.wake(now.mono_ms + work.settings.cover_check_ms)
    expect_fills(work, live)
    if order.purpose is Purpose.ENTRY and order.kind is Kind.LIMIT:
        volatile.entries_resting.setdefault(order.client_id, now.mono_ms + work.settings.entry_rest_ms_max)


def after_end(work: Work, order: Prepared) -> None:
    """An order reached an end that was noted: its fills may be missing, its intent may be over."""
    live = work.durable.orders.get(order.client_id)
    if live is not None:
        expect_fills(work, live)
    work.volatile.entries_resting.pop(order.client_id, None)
    finish_if_over(work, order.intent_id, live.status if live is not None else "cancelled")

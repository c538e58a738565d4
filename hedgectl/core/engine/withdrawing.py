"""Withdrawing an order of ours: in bounded attempts, with a give-up that is told (B7).

A cancel is evidence like any write: an order ends when the exchange says how, never because we asked.
"""

from __future__ import annotations

from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import Cancel
from hedgectl.core.model.event import CancelGaveUp, CancelSent
from hedgectl.core.model.order import Lane
from hedgectl.core.state.durable import LiveOrder


def withdraw(work: Work, live: LiveOrder, why: str) -> None:
    """Ask for one more cancel. After `cancel_attempts_max` it gives up, says so, and pauses before it begins anew: the
    order is still there, as far as we know."""
    order, name = live.order, live.order.client_id
    paused = work.volatile.cancel_after_mono_ms
    if paused.get(name, 0) > work.now.mono_ms:
        return
    paused.pop(name, None)
    if live.cancels >= work.settings.cancel_attempts_max:
        attempts = live.cancels
        paused[name] = work.now.mono_ms + work.settings.cancel_again_ms
        work.note(CancelGaveUp(name, attempts), order.correlation_id, order.symbol)
        what = f"{name} could not be withdrawn in {attempts} attempts ({why}): what became of it is unknown"
        hint = f"it is tried again in {work.settings.cancel_again_ms // 1000} s; or cancel it by hand"
        work.alert("cancel.gave_up", order.symbol, what, hint, order.correlation_id)
        return
    work.note(CancelSent(name, why), order.correlation_id, order.symbol)
    work.command(Cancel(name, order.symbol, order.kind.conditional, Lane.RECONCILE))

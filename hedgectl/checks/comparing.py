"""Belief against the exchange: by the run that answers, else by a fold of the journal and a look of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedgectl.checks.parallel import in_thread

if TYPE_CHECKING:
    from hedgectl.checks.context import Context
    from hedgectl.screens.reconcile import Compared

REPORT_S_MAX = 3.5


async def compare_now(ctx: Context) -> Compared:
    """Belief against the exchange: through the run, where one answers. Raises RuntimeError when it can't be had."""
    from hedgectl.core.model.input import SnapshotTaken
    from hedgectl.core.orders.lanes import Budget
    from hedgectl.core.state.volatile import fresh_state
    from hedgectl.runtime.reconciling import compare

    if await ctx.run_answers():
        return await in_thread(lambda: _report_of_run(ctx))
    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        raise RuntimeError(taken.why)
    believed = await ctx.belief()
    state = believed.state if believed is not None else fresh_state(ctx.settings, Budget())
    return compare(state, taken, ctx.exchange.now_ms())


def _report_of_run(ctx: Context) -> Compared:
    from hedgectl.core.model.codec import decoder
    from hedgectl.runtime.ask import ask
    from hedgectl.screens.reconcile import Reconciled

    reply = ask(ctx.state_dir, {"do": "reconcile", "apply": False, "symbol": ""}, REPORT_S_MAX)
    if not reply.get("ok"):
        raise RuntimeError(str(reply.get("why", "the run gave no report")))
    told: Reconciled = decoder(Reconciled)(reply["report"])
    return told.first

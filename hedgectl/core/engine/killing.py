"""The kill switch: entries off, resting entries withdrawn, positions left, as far as a person asked (R7).

It is durable and stays on until a person rearms. A position that appears afterwards, since an order without an answer
was filled after all, is left too.
"""

from __future__ import annotations

from hedgectl.core.engine.leaving import perform_exit
from hedgectl.core.engine.settling import begin_settling
from hedgectl.core.engine.withdrawing import withdraw
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import KillSwitched, OrderPrepared, OrderUnknown, Rearmed
from hedgectl.core.model.input import KillActed, KillAsked, RearmAsked
from hedgectl.core.model.intent import Exit
from hedgectl.core.orders.sides import closing_side
from hedgectl.core.state.durable import Position

ENTRIES, CANCEL, FLATTEN = MODES = ("entries", "cancel", "flatten")
SOURCE = "kill"


def kill_asked(work: Work, given: KillAsked) -> None:
    """Pull the switch; a stricter mode replaces a milder one, never the other way round."""
    held = work.durable.kill
    if held is None or MODES.index(given.mode) > MODES.index(held.mode):
        work.note(KillSwitched(given.mode, given.why, given.by, work.now.exchange_ms))
        work.alert("kill.switched", "", f"{given.mode}: {given.why}", "hedgectl rearm --why TEXT, when it is safe")
    obey(work)
    work.want_snapshot("the kill switch was pulled")


def kill_acted(work: Work, given: KillActed) -> None:
    """What was sent without the run is the run's from here on: each order is looked for, and its fills are ours."""
    for order in given.orders:
        name = order.client_id
        if name in work.durable.orders or name in work.durable.done:
            continue
        work.note(OrderPrepared(order), order.correlation_id, order.symbol)
        unknown = OrderUnknown(name, "sent by the kill switch, without the run", work.now.exchange_ms)
        work.note(unknown, order.correlation_id, order.symbol)
        begin_settling(work, name, look_now=True)
    work.want_snapshot("the kill switch acted without the run")


def rearm_asked(work: Work, given: RearmAsked) -> None:
    """A person allows entries again; noted even when nothing was killed, so that the asker sees it."""
    work.note(Rearmed(given.why, given.by, work.now.exchange_ms))


def obey(work: Work) -> None:
    """What the switch still demands: called when it is pulled, and after each look at the account."""
    kill = work.durable.kill
    if kill is None or kill.mode == ENTRIES:
        return
    for name in list(work.index.resting_entries):
        withdraw(work, work.durable.orders[name], "the kill switch is on")
    if kill.mode != FLATTEN:
        return
    open_ = work.durable.intents.values()
    leaving = {(each.intent.symbol, each.leg) for each in open_ if isinstance(each.intent, Exit)}
    for key, position in list(work.durable.positions.items()):
        if (position.symbol, position.direction) not in leaving:
            perform_exit(work, _exit(work, key, position))


def _exit(work: Work, key: str, position: Position) -> Exit:
    now_ms = work.now.exchange_ms
    side = closing_side(position.direction)
    name = f"kill:{key}:{now_ms}"
    return Exit(name, position.symbol, side, now_ms, None, leg=position.direction, source=SOURCE)

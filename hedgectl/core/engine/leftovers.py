"""Orders and stops as one look shows them: what is missing is asked for, what outlived its purpose is withdrawn.

An order with a name of ours that is not in our book (the journal was lost, a proof was wrong) is withdrawn once no
lagging page can explain it. Orders of other people are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator

from hedgectl.core.engine.covering import lose_cover, see_cover
from hedgectl.core.engine.settling import begin_settling, noticed_late
from hedgectl.core.engine.withdrawing import withdraw
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import Cancel
from hedgectl.core.model.event import COVER_CLOSED, CancelSent
from hedgectl.core.model.evidence import AlgoRow
from hedgectl.core.model.input import SnapshotTaken
from hedgectl.core.model.order import Lane, Leg, Side
from hedgectl.core.orders.clientid import parse_client_id
from hedgectl.core.state.durable import LATE, Stage
from hedgectl.core.state.index import position_key
from hedgectl.core.state.volatile import Stray

ORDER_GRACE_MS = 1_000


def check_orders(work: Work, given: SnapshotTaken) -> None:
    """Orders that we believe open and the exchange does not show: ask for each what became of it."""
    shown = {row.client_id for row in given.orders} | {row.client_id for row in given.algos}
    for name, live in list(work.durable.orders.items()):
        if live.stage is not Stage.ACCEPTED or name in shown:
            continue
        if live.order.timestamp_ms < given.asked_ms - ORDER_GRACE_MS and name not in work.volatile.settling:
            begin_settling(work, name, look_now=True)


def check_covers(work: Work, given: SnapshotTaken) -> None:
    """Stops that rest are cover; cover that was counted and is not shown is asked for; leftovers go."""
    shown = {row.client_id for row in given.algos}
    for row in given.algos:
        # A page asked for before the stop was withdrawn still shows it: an older statement never overrules a newer one.
        lost_ms = work.volatile.cover_lost_ms.get(f"{row.symbol}|{row.leg.value}", 0)
        if row.client_id not in work.durable.done and given.asked_ms > lost_ms:
            see_cover(work, row)
    for key, cover in list(work.durable.covers.items()):
        if cover.client_id not in shown and cover.client_id not in work.durable.orders:
            lose_cover(work, key, cover.client_id, "not shown by the exchange")
    for name in list(shown):
        live = work.durable.orders.get(name)
        if live is None or live.order.timestamp_ms > given.asked_ms - ORDER_GRACE_MS:
            continue
        position = work.durable.positions.get(position_key(live.order))
        if position is None or position.direction is not live.order.leg:
            withdraw(work, live, COVER_CLOSED)


def check_strays(work: Work, given: SnapshotTaken) -> None:
    """Orders with a name of ours that are in nobody's book."""
    strays, found = work.volatile.strays, dict(_strays(work, given))
    for name in list(strays):
        if name not in found:
            del strays[name]
    for name, (symbol, order_id, conditional) in found.items():
        done = work.durable.done.get(name)
        late = noticed_late(work, name, order_id, "snapshot") or (done is not None and done.outcome == LATE)
        stray = strays.get(name)
        if stray is None:
            stray = strays[name] = Stray(given.asked_ms)
        if not late and given.asked_ms - stray.since_ms < work.settings.visibility_ms_max:
            continue
        stray.tries += 1
        if stray.tries <= work.settings.cancel_attempts_max:
            work.note(CancelSent(name, "it has a name of ours and is not in our book"), "", symbol)
            work.command(Cancel(name, symbol, conditional, Lane.RECONCILE))
        elif stray.tries == work.settings.cancel_attempts_max + 1:
            what = f"{name} is not in our book and could not be withdrawn in {stray.tries - 1} attempts"
            work.alert("cancel.not_confirmed", symbol, what, "cancel it by hand")


def _strays(work: Work, given: SnapshotTaken) -> Iterator[tuple[str, tuple[str, int, bool]]]:
    """(client id, (symbol, exchange id, conditional)) of each order of ours that we know nothing of."""
    orders = work.durable.orders
    for row in given.orders:
        if row.client_id not in orders and parse_client_id(row.client_id) is not None and row.executed < row.quantity:
            yield row.client_id, (row.symbol, row.order_id, False)
    for algo in given.algos:
        unknown = algo.client_id not in orders and parse_client_id(algo.client_id) is not None
        if unknown and algo.status == "NEW" and not _covers(work, algo):
            yield algo.client_id, (algo.symbol, algo.algo_id, True)


def _covers(work: Work, row: AlgoRow) -> bool:
    """Whether a stop protects a position of ours: then it stays, whoever placed it."""
    key = f"{row.symbol}|{row.leg.value}"
    position, cover = work.durable.positions.get(key), work.durable.covers.get(key)
    closes = Leg.LONG if row.side is Side.SELL else Leg.SHORT
    mine = cover is not None and cover.client_id == row.client_id
    return mine and position is not None and position.direction is closes

"""The account as REST shows it: compared with belief, leg by leg and order by order; repaired by fills first.

A leg that differs is doubted; its own trades are read; if a later look still shows the same and no trade explains it,
belief is set to what the exchange states, and the event says so. Never an invented fill.
"""

from __future__ import annotations

from hedgectl.core.engine.believing import review
from hedgectl.core.engine.covering import forget_cover_if_flat, lose_cover, see_cover, tend_cover, withdraw_leftover
from hedgectl.core.engine.fills import CLOCK_SLACK_MS, note_fill, owner_of
from hedgectl.core.engine.leaving import resume_exits
from hedgectl.core.engine.settling import begin_settling, deadline_of, unsettled_on, weigh
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import SuspectStream
from hedgectl.core.model.event import InstrumentsRead, ModeRead, PositionCorrected
from hedgectl.core.model.evidence import TradeRow
from hedgectl.core.model.input import InstrumentsTaken, ReadFailed, SnapshotTaken, TradesTaken
from hedgectl.core.reconcile.compare import Difference, differences
from hedgectl.core.state.durable import Stage
from hedgectl.core.state.index import position_key
from hedgectl.core.state.volatile import Doubt

ORDER_GRACE_MS = 1_000


def snapshot_taken(work: Work, given: SnapshotTaken) -> None:
    """One look at the account."""
    volatile = work.volatile
    volatile.snapshot_asked_mono_ms = None
    volatile.failures.pop("snapshot", None)
    volatile.wallet, volatile.wallet_mono_ms = given.wallet, work.now.mono_ms
    volatile.budget.weighed(given.weight_used, work.now.exchange_ms)
    if given.mode is not work.durable.mode:
        work.note(ModeRead(given.mode, given.mode_raw, given.mode_source))
    _compare_positions(work, given)
    _check_orders(work, given)
    _check_covers(work, given)
    volatile.checked = True
    resume_exits(work, given.positions)
    for key in list(work.durable.positions):
        tend_cover(work, key)
    review(work, looked=True)
    if volatile.snapshot_wanted:
        why, volatile.snapshot_wanted = volatile.snapshot_wanted, ""
        work.want_snapshot(why)


def _compare_positions(work: Work, given: SnapshotTaken) -> None:
    volatile = work.volatile
    ours = {key: position.quantity for key, position in work.durable.positions.items()}
    found = {each.key: each for each in differences(ours, given.positions)}
    for key in list(volatile.doubts):
        if key not in found:
            del volatile.doubts[key]
    for each in found.values():
        if not _moved_since(work, each, given.asked_ms - CLOCK_SLACK_MS):
            _doubt(work, each, given.asked_ms)
    differing = {each.symbol for each in found.values()}
    for name in list(work.index.unsettled):
        live = work.durable.orders[name]
        question = volatile.settling.get(name)
        if question is not None and live.order.symbol not in differing:
            question.positions_ms = max(question.positions_ms, given.asked_ms)
            weigh(work, live)


def _moved_since(work: Work, each: Difference, since_ms: int) -> bool:
    """Belief itself changed since then: the two statements may be of different moments."""
    position = work.durable.positions.get(each.key)
    changed = position.changed_ms if position is not None else work.durable.fill_ms.get(each.symbol, 0)
    return changed >= since_ms


def _doubt(work: Work, each: Difference, asked_ms: int) -> None:
    doubt = work.volatile.doubts.get(each.key)
    if doubt is None or doubt.theirs != each.theirs:
        work.volatile.doubts[each.key] = Doubt(each.theirs, asked_ms)
        work.want_trades(each.symbol, _horizon(work, each.symbol))
    elif doubt.trades_read_ms and asked_ms >= doubt.trades_read_ms and _outlived(work, each, doubt, asked_ms):
        why = f"{each.kind}: no trade explains it"
        correction = PositionCorrected(
            each.symbol, each.leg, each.theirs, each.entry_price, each.ours, why, work.now.exchange_ms, each.stated_ms
        )
        work.note(correction, "", each.symbol)
        del work.volatile.doubts[each.key]
        work.volatile.trades_wanted[each.symbol] = _horizon(work, each.symbol)  # with the cycle: it may be told late
        forget_cover_if_flat(work, each.key)
        tend_cover(work, each.key)
    elif not doubt.trades_read_ms:
        work.want_trades(each.symbol, _horizon(work, each.symbol))


def _outlived(work: Work, each: Difference, doubt: Doubt, asked_ms: int) -> bool:
    """Whether no lagging view, no unknown order and no fill on its way can explain a difference any more. What fills
    have told us is given up after the visibility bound only; theirs only is taken on at once: it may be bare."""
    visible_ms = asked_ms - work.settings.visibility_ms_max
    lagging = _moved_since(work, each, visible_ms) or (each.ours != 0 and doubt.since_ms > visible_ms)
    orders = [work.durable.orders[name] for name in work.index.by_symbol.get(each.symbol, ())]
    owed = any(live.executed > live.filled for live in orders) and doubt.since_ms > visible_ms
    return not lagging and not owed and not _awaited(work, each.symbol, doubt.since_ms)


def _horizon(work: Work, symbol: str) -> int:
    """From when fills may be missing: some time before the last one we know, since an earlier one may be the gap."""
    last = work.durable.fill_ms.get(symbol, work.now.exchange_ms)
    return last - work.settings.trades_back_ms


def _check_orders(work: Work, given: SnapshotTaken) -> None:
    """Orders that we believe open and the exchange does not show: ask for each what became of it."""
    shown = {row.client_id for row in given.orders} | {row.client_id for row in given.algos}
    for name, live in list(work.durable.orders.items()):
        if live.stage is not Stage.ACCEPTED or name in shown:
            continue
        if live.order.timestamp_ms < given.asked_ms - ORDER_GRACE_MS and name not in work.volatile.settling:
            begin_settling(work, name, look_now=True)


def _check_covers(work: Work, given: SnapshotTaken) -> None:
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
            withdraw_leftover(work, live)


def trades_taken(work: Work, given: TradesTaken) -> None:
    """Own trades: each that we did not know is applied; what nobody can attribute is no proof of absence."""
    volatile, symbol = work.volatile, given.symbol
    volatile.trades_asked.pop(symbol, None)
    volatile.failures.pop("trades", None)
    waiting = unsettled_on(work, symbol)
    strangers = [row for row in given.rows if not owner_of(work, row) and _unknown_trade(work, row)]
    # A stranger may be the own fill of an order without an answer: it is kept back until that order was looked for.
    kept = [row for row in strangers if _awaited(work, symbol, row.at_ms)]
    unseen = False
    for row in given.rows:
        if row not in kept:
            unseen = (note_fill(work, row, "trades") and _kept_back(work, row)) or unseen
    if unseen:
        work.command(SuspectStream(f"own trades of {symbol} that it did not tell"))
    if given.complete:
        for live in waiting:
            question = volatile.settling.get(live.order.client_id)
            foreign = any(row.at_ms >= live.order.timestamp_ms - CLOCK_SLACK_MS for row in kept)
            if question is not None and not foreign:
                question.trades_ms = max(question.trades_ms, given.server_ms)
                weigh(work, live)
        for key, doubt in volatile.doubts.items():
            if key.startswith(symbol + "|") and not kept:
                doubt.trades_read_ms = given.server_ms
                work.want_snapshot("own trades were read")
    for key in list(work.durable.positions):
        if key.startswith(symbol + "|"):
            tend_cover(work, key)
    since = volatile.trades_wanted.pop(symbol, None)
    if since is not None:
        work.want_trades(symbol, since)


def _kept_back(work: Work, row: TradeRow) -> bool:
    """A fill that the stream, up at the time, has had long enough to tell."""
    volatile, told_by_ms = work.volatile, work.now.exchange_ms - work.settings.fill_grace_ms
    return volatile.stream_up and volatile.stream_since_ms < row.at_ms < told_by_ms


def _unknown_trade(work: Work, row: TradeRow) -> bool:
    return row.trade_id not in work.durable.trades.get(row.symbol, ())


def _awaited(work: Work, symbol: str, at_ms: int) -> bool:
    """Whether an order of the symbol, sent before `at_ms` and not answered yet, may still explain what was seen then.
    After twice the visibility bound a stranger is a stranger, or nothing could be settled beside a manual trade."""
    patience, now = 2 * work.settings.visibility_ms_max, work.now.exchange_ms
    waiting = [work.durable.orders[name] for name in work.index.by_symbol.get(symbol, ())]
    return any(
        live.order.timestamp_ms <= at_ms + CLOCK_SLACK_MS and now <= deadline_of(work, live.order) + patience
        for live in waiting
        if live.stage is not Stage.ACCEPTED
    )


def instruments_taken(work: Work, given: InstrumentsTaken) -> None:
    """Trading rules: only what is new or changed is noted."""
    known = work.durable.instruments
    work.volatile.failures.pop("instruments", None)
    changed = tuple(each for each in given.instruments if known.get(each.symbol) != each)
    limits = (given.weight_limit_1m, given.order_limit_10s, given.order_limit_1m)
    work.volatile.budget.limits(*limits)
    durable = work.durable
    if changed or limits != (durable.weight_limit_1m, durable.order_limit_10s, durable.order_limit_1m):
        work.note(InstrumentsRead(changed, *limits))


def read_failed(work: Work, given: ReadFailed) -> None:
    """A read gave up: it proves nothing. Ask again with the next cycle, and say so."""
    volatile = work.volatile
    if given.what == "snapshot":
        volatile.snapshot_asked_mono_ms = None
    elif given.what == "trades":
        since = volatile.trades_asked.pop(given.symbol, None)
        if since is not None:
            volatile.trades_wanted[given.symbol] = min(since, volatile.trades_wanted.get(given.symbol, since))
    if given.status:
        volatile.budget.told(given.status, given.until_ms)
    count = volatile.failures[given.what] = volatile.failures.get(given.what, 0) + 1
    if count & (count - 1) == 0:  # the 1st, 2nd, 4th, 8th, ... in a row: loud at once, and a night of it stays readable
        what = f"{given.why}  ({count} in a row)" if count > 1 else given.why
        work.alert(f"read.{given.what}", given.symbol, what, "check the network and the exchange's status page")
    review(work, looked=given.what == "snapshot")

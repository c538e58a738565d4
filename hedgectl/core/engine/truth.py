"""What REST reads bring: a look at the account, own trades, trading rules; or a failure, which proves nothing (B2)."""

from __future__ import annotations

from hedgectl.core.engine.believing import review
from hedgectl.core.engine.covering import tend_cover
from hedgectl.core.engine.fills import CLOCK_SLACK_MS, awaited, note_fill, owner_of
from hedgectl.core.engine.holding import leverage_unread
from hedgectl.core.engine.killing import obey
from hedgectl.core.engine.leaving import resume_exits
from hedgectl.core.engine.leftovers import check_covers, check_orders, check_strays
from hedgectl.core.engine.money import mark_nav
from hedgectl.core.engine.repairing import compare_positions, summarise
from hedgectl.core.engine.settling import begin_settling, unsettled_on, weigh
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import Look, SuspectStream
from hedgectl.core.model.event import InstrumentsRead, ModeRead
from hedgectl.core.model.evidence import TradeRow
from hedgectl.core.model.input import InstrumentsTaken, ReadFailed, SnapshotTaken, TradesTaken
from hedgectl.core.model.order import Leg, Purpose
from hedgectl.core.orders.sides import closing_side
from hedgectl.core.state.durable import Stage


def snapshot_taken(work: Work, given: SnapshotTaken) -> None:
    """One look at the account."""
    volatile = work.volatile
    volatile.snapshot_asked_mono_ms = None
    volatile.failures.pop("snapshot", None)
    volatile.wallet, volatile.wallet_mono_ms = given.wallet, work.now.mono_ms
    volatile.budget.weighed(given.weight_used, work.now.exchange_ms)
    if given.mode is not work.durable.mode:
        work.note(ModeRead(given.mode, given.mode_raw, given.mode_source))
    volatile.snapshot_ms = given.asked_ms
    repaired = compare_positions(work, given)
    check_orders(work, given)
    check_covers(work, given)
    check_strays(work, given)
    volatile.checked = True
    mark_nav(work)
    resume_exits(work, given.positions)
    obey(work)
    for key in list(work.durable.positions):
        tend_cover(work, key)
    summarise(work, repaired)
    review(work, looked=True)
    if volatile.snapshot_wanted:
        why, volatile.snapshot_wanted = volatile.snapshot_wanted, ""
        work.want_snapshot(why)


def trades_taken(work: Work, given: TradesTaken) -> None:
    """Own trades: each that we did not know is applied; what nobody can attribute is no proof of absence."""
    volatile, symbol = work.volatile, given.symbol
    volatile.trades_asked.pop(symbol, None)
    volatile.failures.pop("trades", None)
    waiting = unsettled_on(work, symbol)
    kept = _kept(work, given)
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
            if question is not None and not foreign and given.since_ms <= live.order.timestamp_ms:
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


def _kept(work: Work, given: TradesTaken) -> list[TradeRow]:
    """Fills that are not told yet. A stranger's may be that of an order of ours without an answer: kept back until that
    was looked for. One that a stop of ours may have triggered is kept until that stop was looked at, and with it
    whatever followed in its leg: fills make a position in their order only."""
    kept: list[TradeRow] = []
    stopped: set[Leg] = set()
    for row in given.rows:
        if row.leg in stopped:
            kept.append(row)
        elif not owner_of(work, row) and _unknown_trade(work, row):
            if awaited(work, row.symbol, row.at_ms):
                kept.append(row)
            elif _asks_its_stop(work, row, given.since_ms):
                kept.append(row)
                stopped.add(row.leg)
            else:
                _ask_for_the_absent(work, row)
    return kept


def _asks_its_stop(work: Work, row: TradeRow, since_ms: int) -> bool:
    """Have the stop looked at whose child this may be; True until that is done, for a moment at most."""
    volatile, now = work.volatile, work.now.mono_ms
    for name in work.index.covers.get(f"{row.symbol}|{row.leg.value}", ()):
        live = work.durable.orders[name]
        rests = live.stage is Stage.ACCEPTED and not live.child_order_id and live.order.side is row.side
        if rests and volatile.stop_seen_ms.get(name, 0) <= row.at_ms + CLOCK_SLACK_MS:
            if now - volatile.stop_asked_mono_ms.setdefault(name, now) > work.settings.fill_grace_ms:
                return False
            begin_settling(work, name, look_now=True)
            volatile.trades_wanted[row.symbol] = min(since_ms, volatile.trades_wanted.get(row.symbol, since_ms))
            return True
    return False


def _ask_for_the_absent(work: Work, row: TradeRow) -> None:
    """A stranger's fill may be that of an order that was called absent: ask for it once more, and once only."""
    asked = work.volatile.asked_again
    for name, done in work.durable.done.items():
        if name in asked or done.symbol != row.symbol or done.outcome not in ("absent", "voided"):
            continue
        side = closing_side(done.leg) if done.purpose is not Purpose.ENTRY else closing_side(done.leg).opposite
        if side is row.side:
            asked[name] = row.trade_id
            work.command(Look(name, done.symbol, False))


def _kept_back(work: Work, row: TradeRow) -> bool:
    """A fill that the stream, up at the time, has had long enough to tell."""
    volatile, told_by_ms = work.volatile, work.now.exchange_ms - work.settings.fill_grace_ms
    return volatile.stream_up and volatile.stream_since_ms < row.at_ms < told_by_ms


def _unknown_trade(work: Work, row: TradeRow) -> bool:
    return row.trade_id not in work.durable.trades.get(row.symbol, ())


def instruments_taken(work: Work, given: InstrumentsTaken) -> None:
    """Trading rules: only what is new or changed is noted."""
    known = work.durable.instruments
    work.volatile.failures.pop("instruments", None)
    work.volatile.unlisted = ""
    changed = tuple(each for each in given.instruments if known.get(each.symbol) != each)
    limits = (given.weight_limit_1m, given.order_limit_10s, given.order_limit_1m)
    work.volatile.budget.limits(*limits)
    durable = work.durable
    if changed or limits != (durable.weight_limit_1m, durable.order_limit_10s, durable.order_limit_1m):
        work.note(InstrumentsRead(changed, *limits))
    if not work.volatile.checked and "snapshot" in work.volatile.failures:
        work.want_snapshot("how much may be read is known now, and the account was not seen yet")


def read_failed(work: Work, given: ReadFailed) -> None:
    """A read gave up: it proves nothing. Ask again with the next cycle, and say so."""
    volatile = work.volatile
    if given.what == "snapshot":
        volatile.snapshot_asked_mono_ms = None
    elif given.what == "trades":
        since = volatile.trades_asked.pop(given.symbol, None)
        if since is not None:
            volatile.trades_wanted[given.symbol] = min(since, volatile.trades_wanted.get(given.symbol, since))
    elif given.what == "leverage":
        leverage_unread(work, given)
    elif given.what == "instruments" and given.symbol:  # it was read, and does not hold this one
        volatile.unlisted = given.why
    elif given.what == "leverages":
        volatile.leverages_next_mono_ms = 0
    if given.status:
        work.told_to_wait(given.status, given.until_ms)
    count = volatile.failures[given.what] = volatile.failures.get(given.what, 0) + 1
    if count & (count - 1) == 0:  # the 1st, 2nd, 4th, 8th, ... in a row: loud at once, and a night of it stays readable
        what = f"{given.why}  ({count} in a row)" if count > 1 else given.why
        work.alert(f"read.{given.what}", given.symbol, what, "check the network and the exchange's status page")
    review(work, looked=given.what == "snapshot")

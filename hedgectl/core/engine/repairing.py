"""Positions: what one look shows otherwise than we believe is doubted, explained by fills, and repaired last (B1).

A leg that differs is doubted; its own trades are read; if later looks still show the same and no trade explains it,
belief is set to what the exchange states, and the event says so. Never an invented fill.
"""

from __future__ import annotations

from hedgectl.core.engine.believing import confidence_now, evidence_now
from hedgectl.core.engine.covering import forget_cover_if_flat, tend_cover
from hedgectl.core.engine.fills import CLOCK_SLACK_MS, awaited
from hedgectl.core.engine.settling import weigh
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import PositionCorrected, PositionLeft, ReconcileSummary
from hedgectl.core.model.input import SnapshotTaken
from hedgectl.core.reconcile.compare import Difference, differences, entry_drifts
from hedgectl.core.reconcile.repair import Standing, why_not
from hedgectl.core.state.volatile import Doubt


def compare_positions(work: Work, given: SnapshotTaken) -> list[str]:
    """Doubt, repair or confirm each leg; what was repaired, in words. Legs that agree prove where unknown orders did
    not go."""
    volatile, durable = work.volatile, work.durable
    ours = {key: position.quantity for key, position in durable.positions.items()}
    found = {each.key: each for each in differences(durable.left | ours, given.positions)}
    entries = {key: (position.quantity, position.entry_price) for key, position in durable.positions.items()}
    for each in entry_drifts(entries, given.positions):
        found[each.key] = each
    for key in list(volatile.doubts):
        if key not in found:
            del volatile.doubts[key]
    repaired: list[str] = []
    for each in found.values():
        if each.key in durable.left:
            work.note(PositionLeft(each.symbol, each.leg, each.theirs, work.now.exchange_ms), "", each.symbol)
        elif _changed_ms(work, each) < given.asked_ms - CLOCK_SLACK_MS:
            _doubt(work, each, given, repaired)
    differing = {each.symbol for each in found.values()}
    for name in list(work.index.unsettled):
        live = durable.orders[name]
        question = volatile.settling.get(name)
        if question is not None and live.order.symbol not in differing:
            question.positions_ms = max(question.positions_ms, given.asked_ms)
            weigh(work, live)
    return repaired


def _changed_ms(work: Work, each: Difference) -> int:
    """When belief of the leg last moved: two statements may be of different moments."""
    position = work.durable.positions.get(each.key)
    return position.changed_ms if position is not None else work.durable.fill_ms.get(each.symbol, 0)


def _doubt(work: Work, each: Difference, given: SnapshotTaken, repaired: list[str]) -> None:
    doubts, asked_ms = work.volatile.doubts, given.asked_ms
    doubt = doubts.get(each.key)
    if doubt is None or doubt.theirs != each.theirs:
        doubt = doubts[each.key] = Doubt(each.theirs, asked_ms)
    else:
        doubt.looks += 1
    doubt.kind, doubt.skip = each.kind, _skip(work, each, doubt, given, len(repaired))
    if not doubt.skip:
        del doubts[each.key]
        repaired.append(_repair(work, each))
    elif not doubt.trades_read_ms:
        work.want_trades(each.symbol, _horizon(work, each.symbol))
        if not each.ours:  # it may be bare: look again as soon as that alone is reason enough to take it on
            _look_in(work, work.settings.fill_grace_ms)
    else:
        _look_in(work, doubt.since_ms + work.settings.visibility_ms_max + 1 - asked_ms)


def _look_in(work: Work, wait_ms: int) -> None:
    """Have the account looked at then, if that is still to come; the earliest such wish counts."""
    if wait_ms > 0:
        due, asked = work.now.mono_ms + wait_ms, work.volatile.look_mono_ms
        work.volatile.look_mono_ms = min(due, asked) if asked else due
        work.wake(work.volatile.look_mono_ms)


def _skip(work: Work, each: Difference, doubt: Doubt, given: SnapshotTaken, repaired: int) -> str:
    asked_ms = given.asked_ms
    orders = [work.durable.orders[name] for name in work.index.by_symbol.get(each.symbol, ())]
    standing = Standing(
        asked_ms=asked_ms,
        since_ms=doubt.since_ms,
        looks=doubt.looks,
        changed_ms=_changed_ms(work, each),
        trades_read_ms=doubt.trades_read_ms,
        owed=any(live.executed > live.filled for live in orders),
        awaited=awaited(work, each.symbol, doubt.since_ms),
        repaired_ms=work.volatile.repaired_ms.get(each.key, 0),
        repaired=repaired,
        spoken_for=_stopped(work, each.key, doubt, given) or _valued(given),
    )
    settings = work.settings
    return why_not(each, standing, settings.visibility_ms_max, settings.fill_grace_ms, settings.repair)


def _stopped(work: Work, key: str, doubt: Doubt, given: SnapshotTaken) -> bool:
    """Whether the look shows the leg's stop, and one that was there well before the leg was doubted: a stop that was
    sent since says nothing about it."""
    cover = work.durable.covers.get(key)
    if cover is None or all(row.client_id != cover.client_id for row in given.algos):
        return False
    live = work.durable.orders.get(cover.client_id)
    return live is None or live.order.timestamp_ms < doubt.since_ms - work.settings.visibility_ms_max


def _valued(given: SnapshotTaken) -> bool:
    """Whether the account has a profit or loss that is not taken, and the look shows no position it could come from."""
    return bool(given.wallet.unrealised) and not any(row.quantity for row in given.positions)


def _repair(work: Work, each: Difference) -> str:
    """Take over what the exchange states, or leave a stranger's position alone, by policy."""
    now_ms = work.now.exchange_ms
    if each.kind == "orphan" and not work.settings.repair.adopt:
        work.note(PositionLeft(each.symbol, each.leg, each.theirs, now_ms), "", each.symbol)
        return f"{each.key} {each.theirs} left alone"
    why = f"{each.kind}: no trade explains it"
    correction = PositionCorrected(
        each.symbol, each.leg, each.theirs, each.entry_price, each.ours, why, now_ms, each.stated_ms
    )
    work.note(correction, "", each.symbol)
    work.volatile.repaired_ms[each.key] = now_ms
    work.volatile.trades_wanted[each.symbol] = _horizon(work, each.symbol)  # with the cycle: it may be told late
    forget_cover_if_flat(work, each.key)
    tend_cover(work, each.key)
    return f"{each.kind} {each.key} {each.ours} -> {each.theirs}"


def _horizon(work: Work, symbol: str) -> int:
    """From when fills may be missing: some time before the last one we know, since an earlier one may be the gap."""
    last = work.durable.fill_ms.get(symbol, work.now.exchange_ms)
    return last - work.settings.trades_back_ms


def summarise(work: Work, repaired: list[str]) -> None:
    """Tell what this look found, repaired and left, when that is not what the last one said (B3)."""
    doubts = work.volatile.doubts
    found = tuple(f"{doubt.kind} {key} -> {doubt.theirs}" for key, doubt in doubts.items())
    skipped = tuple(f"{key}: {doubt.skip}" for key, doubt in doubts.items())
    said = "; ".join((*found, *skipped, *repaired))
    if said == work.volatile.summed:
        return
    work.volatile.summed = said
    confidence = round(confidence_now(work), 4)
    work.note(ReconcileSummary(found, tuple(repaired), skipped, evidence_now(work), confidence, work.now.exchange_ms))

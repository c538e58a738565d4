"""Products that believe too easily, or not at all: in flat accounts, in invented fills, in stops that are not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hedgectl.core import engine
from hedgectl.core.engine import covering, fills, repairing
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import Filled
from hedgectl.core.model.evidence import TradeRow
from hedgectl.core.model.input import SnapshotTaken
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Side
from hedgectl.core.reconcile.compare import Difference
from hedgectl.core.state import apply_fills
from hedgectl.core.state.durable import Position
from hedgectl.core.state.volatile import State
from hedgectl.venue import asking
from hedgectl.venue.asking import Asking
from hedgectl.venue.endpoints import Endpoint

from .registry import ENGINE, broken


@broken("corrections_are_true", "B1, B2", ("legs-unreadable", "hedge"))
def failed_fetch_is_flat(patch: pytest.MonkeyPatch) -> None:
    """A read that failed is taken for an empty list: an account without positions, orders and trades."""

    async def careless(self: Asking, endpoint: Endpoint, ask: Any, shape: Any) -> Any:
        asked = await ask()
        failed = asked.noted or asked.data is None
        return asking._shaped(endpoint.name, replace(asked, noted=(), data=[]) if failed else asked, shape)

    patch.setattr(Asking, "shaped", careless)


@broken("corrections_are_true", "B1", 3, 14, 16, 20)
def one_page_is_proof(patch: pytest.MonkeyPatch) -> None:
    """What one page of the account shows, or lacks, is taken over at once: a short page clears all that it lacks."""
    patch.setattr(f"{ENGINE}.repairing.why_not", lambda *_: "")


@broken("every_fill_once", "I2", 2, 3, 4)
def fills_count_twice(patch: pytest.MonkeyPatch) -> None:
    """A fill counts when the stream tells of it, and again when own trades do."""
    note_fill = fills.note_fill

    def again(work: Work, trade: TradeRow, via: str) -> bool:
        if via == "trades":
            work.durable.trades.get(trade.symbol, {}).pop(trade.trade_id, None)
        return note_fill(work, trade, via)

    patch.setattr(f"{ENGINE}.truth.note_fill", again)


@broken("every_fill_once", "B1, I2", 21, 64)
def fills_are_invented(patch: pytest.MonkeyPatch) -> None:
    """A leg that differs is put right by a fill that nobody made."""

    def invent(work: Work, each: Difference) -> str:
        change = each.theirs - each.ours
        side, quantity = Side.BUY if change > 0 else Side.SELL, abs(change)
        trade = TradeRow(each.symbol, work.now.exchange_ms, 0, "", side, each.leg, quantity, each.entry_price, ZERO,
                         "USDT", ZERO, False, work.now.exchange_ms)  # fmt: skip
        work.note(Filled(trade, each.leg, "", "", "", None, "repair", False), "", each.symbol)
        return f"{each.key} repaired"

    patch.setattr(f"{ENGINE}.repairing._repair", invent)


@broken("belief_is_its_fills", "B1, I2", 64)
def old_trades_count_again(patch: pytest.MonkeyPatch) -> None:
    """A trade of before a correction moves the leg once more, although the correction has it already."""
    move = apply_fills.move_position

    def forgetful(state: State, event: Filled) -> None:
        state.durable.stated_ms.clear()
        move(state, event)

    patch.setattr("hedgectl.core.state.apply.move_position", forgetful)


@broken("calm_heals", "B1, V2", 3, 7)
def orphans_are_ignored(patch: pytest.MonkeyPatch) -> None:
    """A position that nobody here opened is nobody's business: neither its fills nor the leg itself are taken on."""
    found, note_fill = repairing.differences, fills.note_fill

    def ours_only(work: Work, trade: TradeRow, via: str) -> bool:
        return bool(fills.owner_of(work, trade)) and note_fill(work, trade, via)

    for room in ("sensing", "truth"):
        patch.setattr(f"{ENGINE}.{room}.note_fill", ours_only)
    patch.setattr(
        f"{ENGINE}.repairing.differences", lambda *args: [each for each in found(*args) if each.kind != "orphan"]
    )


@broken("calm_heals", "B7, V2", 14, 33, 47)
def leftovers_stay(patch: pytest.MonkeyPatch) -> None:
    """Orders of ours that outlived their purpose are left where they are."""
    patch.setattr(f"{ENGINE}.leftovers.withdraw", lambda *_: None)
    patch.setattr(f"{ENGINE}.truth.check_strays", lambda *_: None)


@broken("calm_heals", "X2, V2", 9, 21, 52)
def mode_never_changes(patch: pytest.MonkeyPatch) -> None:
    """The position mode is read once, and never again."""
    taken = engine.snapshot_taken

    def once(work: Work, given: SnapshotTaken) -> None:
        taken(work, replace(given, mode=work.durable.mode or given.mode))

    patch.setattr(f"{ENGINE}.snapshot_taken", once)


@broken("covered", "L3, I7", ("both-legs", "hedge"))
def any_stop_covers(patch: pytest.MonkeyPatch) -> None:
    """A stop counts for the whole symbol, also for the leg that it does not close."""
    protect = covering._protect

    def generous(work: Work, position: Position, bare: Any) -> None:
        if not any(key.startswith(position.symbol + "|") for key in work.durable.covers):
            protect(work, position, bare)

    patch.setattr(f"{ENGINE}.covering._protect", generous)


@broken("bare_legs_are_tended", "L3", 1, 2, 3)
def stops_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """No stop is ever placed."""
    patch.setattr(f"{ENGINE}.covering._protect", lambda *_: None)


@broken("covered", "L3, V1", ("stop-vanishes", "hedge"), ("manual-withdrawal-of-a-stop", "hedge"))
def a_lost_stop_still_counts(patch: pytest.MonkeyPatch) -> None:
    """A stop that vanished, or that somebody withdrew, is still believed to rest."""
    for room in ("settling", "leftovers"):
        patch.setattr(f"{ENGINE}.{room}.lose_cover", lambda *_: None)


@broken("attempts_are_bounded", "I12", 2, 8, 9, 18)
def stops_without_a_pause(patch: pytest.MonkeyPatch) -> None:
    """A stop that is not seen yet is sent again with each tick."""
    protect = covering._protect

    def hasty(work: Work, position: Any, bare: Any) -> None:
        protect(work, position, bare)
        bare.due_mono_ms = work.now.mono_ms
        bare.tries = 1
        work.wake(work.now.mono_ms + 20)

    patch.setattr(f"{ENGINE}.covering._protect", hasty)
    patch.setattr(f"{ENGINE}.covering._under_way", lambda *_: False)


@broken("what_matters_is_told", "L6", 2, 4, 9)
def nobody_is_told(patch: pytest.MonkeyPatch) -> None:
    """Alerts are left out."""
    patch.setattr("hedgectl.core.engine.work.Work.alert", lambda *_, **__: None)

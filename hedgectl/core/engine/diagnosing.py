"""Belief against one look at the account, without touching either: every difference, as data (B1, B8).

Follows the rules by which `repairing`, `leftovers` and `covering` act, so that what is told is what they will do. A leg
that belief has moved since the look was asked for can't be compared with it: it is told as moving, for a later look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Context, Decimal

from hedgectl.core.engine.covering import COVERING_KINDS
from hedgectl.core.engine.fills import CLOCK_SLACK_MS
from hedgectl.core.engine.leftovers import ORDER_GRACE_MS
from hedgectl.core.model.evidence import AlgoRow, OrderRow, PositionRow
from hedgectl.core.model.input import SnapshotTaken
from hedgectl.core.model.money import ZERO, plain
from hedgectl.core.model.order import Leg, Purpose
from hedgectl.core.orders.clientid import parse_client_id
from hedgectl.core.orders.sides import closing_leg, opening_leg
from hedgectl.core.reconcile.compare import Difference, differences, entry_drifts
from hedgectl.core.reconcile.finding import COUNTED, LEFT_ALONE, REPAIRS, Finding, Kind, told_in_order
from hedgectl.core.settings import Settings
from hedgectl.core.state.apply import TERMINAL
from hedgectl.core.state.durable import Durable, LiveOrder, Stage, key_of

FLAT, NO_STOP, NOT_SHOWN, NOT_IN_BOOK = "flat", "no stop", "not shown", "not in the book"
AVERAGE = Context(prec=8)


@dataclass(frozen=True, slots=True)
class Views:
    """What is compared: our book, their page (the whole account), and the page's open positions by key."""

    book: Durable
    page: SnapshotTaken
    positions: dict[str, PositionRow]
    adopt: bool

    @property
    def resting(self) -> tuple[OrderRow | AlgoRow, ...]:
        """Their open orders, of both kinds."""
        return (*self.page.orders, *self.page.algos)

    def held(self, row: OrderRow | AlgoRow) -> PositionRow | None:
        """The position that an order of theirs stands beside."""
        return self.positions.get(key_of(row.symbol, row.leg))


def diagnose(
    book: Durable, page: SnapshotTaken, settings: Settings, now_ms: int, symbol: str = ""
) -> tuple[Finding, ...]:
    """Every difference between belief and what the account showed; of one symbol (and the account) only, if named.

    `now_ms` is exchange time, for ages. `page` is the whole account, whatever `symbol` says.
    """
    positions = {key_of(row.symbol, row.leg): row for row in page.positions if row.quantity}
    views = Views(book, page, positions, settings.repair.adopt)
    found = [*_mode(views), *_legs(views), *_naked(views), *_stray(views), *_ours(views), *_theirs(views)]
    return told_in_order([_aged(book, each, now_ms) for each in found if not symbol or each.symbol in ("", symbol)])


def _finding(
    kind: Kind, symbol: str, leg: Leg | str, ours: str, theirs: str, order: str = "", repair: str = ""
) -> Finding:
    return Finding(kind, symbol, str(leg), ours, theirs, 0, repair or REPAIRS[kind], order)


def _aged(book: Durable, each: Finding, now_ms: int) -> Finding:
    """With the age of the mismatch that belief has open about the same thing (the keys of `believing`)."""
    about = "bare" if each.kind is Kind.NAKED else "leg"
    known = book.belief.open.get(f"order {each.order}" if each.order else f"{about} {each.symbol}|{each.leg}")
    return each if known is None else replace(each, age_ms=max(now_ms - known.first_ms, 0))


def _mode(views: Views) -> Iterator[Finding]:
    ours, theirs = views.book.mode, views.page.mode
    if ours is not None and ours is not theirs:
        yield _finding(Kind.MODE, "", "", ours.value, theirs.value)


def _legs(views: Views) -> Iterator[Finding]:
    """Legs that differ in size, side or entry price; those that are left alone by policy are none of ours."""
    ours = views.book.positions
    found = differences({key: each.quantity for key, each in ours.items()}, views.positions.values())
    prices = {key: (each.quantity, each.entry_price) for key, each in ours.items()}
    for each in (*found, *entry_drifts(prices, views.positions.values())):
        if each.key not in views.book.left:
            kind, position = Kind(each.kind), ours.get(each.key)
            mine = _size(each.ours, position.entry_price) if position is not None else FLAT
            repair = LEFT_ALONE if kind is Kind.ORPHAN and not views.adopt else ""
            told = _finding(kind, each.symbol, each.leg, mine, _size(each.theirs, each.entry_price), "", repair)
            yield replace(told, moving=_moving(views, each))


def _moving(views: Views, each: Difference) -> bool:
    """Belief of the leg changed since the look was asked for: the two statements may be of different moments."""
    position = views.book.positions.get(each.key)
    changed_ms = position.changed_ms if position is not None else views.book.fill_ms.get(each.symbol, 0)
    return changed_ms >= views.page.asked_ms - CLOCK_SLACK_MS


def _naked(views: Views) -> Iterator[Finding]:
    """What a person placed counts; only a stop that closes the whole leg does (DESIGN "Cover")."""
    covered = {(key_of(row.symbol, row.leg), closing_leg(row.side)) for row in views.page.algos if covers_leg(row)}
    for key, row in views.positions.items():
        stranger = key in views.book.left or (not views.adopt and key not in views.book.positions)
        if not stranger and (key, row.direction) not in covered:
            cover = views.book.covers.get(key)
            ours = NO_STOP if cover is None else f"stop at {_price(cover.trigger_price)}"
            yield _finding(Kind.NAKED, row.symbol, row.leg, ours, f"{plain(row.quantity)}, {NO_STOP}")


def covers_leg(row: AlgoRow) -> bool:
    """Whether a conditional order closes the whole of its leg when it triggers, and waits."""
    return row.close_position and row.kind in COVERING_KINDS and row.status == "NEW"


def _stray(views: Views) -> Iterator[Finding]:
    """Stops of ours without the position that they protect; of one sent a moment ago a later look can tell."""
    for row in views.page.algos:
        live = views.book.orders.get(row.client_id)
        held = views.held(row)
        if not _is_cover(row) or _guards(row, held):
            continue
        ours = live.status if live is not None else _last_word(views, row)
        theirs = f"stop at {_price(row.trigger_price)}, {FLAT if held is None else held.direction}"
        told = _finding(Kind.STRAY_COVER, row.symbol, row.leg, ours, theirs, row.client_id)
        yield replace(told, moving=live is not None and _fresh(views, live))


def _is_cover(row: OrderRow | AlgoRow) -> bool:
    named = parse_client_id(row.client_id)
    return isinstance(row, AlgoRow) and named is not None and named.purpose in (Purpose.COVER, Purpose.BRIDGE)


def _guards(row: OrderRow | AlgoRow, held: PositionRow | None) -> bool:
    """Whether it stands on the side that closes the position."""
    return held is not None and held.direction is closing_leg(row.side)


def _ours(views: Views) -> Iterator[Finding]:
    """Orders in our book: those that nobody has answered for, and those that should rest and do not."""
    rows = {row.client_id: row for row in views.resting}
    for name, live in views.book.orders.items():
        order, row = live.order, rows.get(name)
        if order.paper or (live.stage is not Stage.UNKNOWN and _fresh(views, live)):
            continue
        theirs = NOT_SHOWN if row is None else row.status
        if live.stage is not Stage.ACCEPTED:
            yield _finding(Kind.UNKNOWN, order.symbol, order.position_side, live.stage.value, theirs, name)
        elif row is None and live.status not in TERMINAL:
            yield _finding(Kind.LOST_ORDER, order.symbol, order.position_side, live.status, theirs, name)


def _fresh(views: Views, live: LiveOrder) -> bool:
    """Sent too short a time before the look was asked for to be missed in it."""
    return live.order.timestamp_ms >= views.page.asked_ms - ORDER_GRACE_MS


def _theirs(views: Views) -> Iterator[Finding]:
    """Orders that rest and are not in our book."""
    counted = {cover.client_id for cover in views.book.covers.values()}
    for row in views.resting:
        name, held = row.client_id, views.held(row)
        if name in views.book.orders or name in counted:
            continue
        if parse_client_id(name) is None:
            if _opens(row, held.quantity if held is not None else ZERO):
                yield _finding(Kind.FOREIGN_ORDER, row.symbol, row.leg, "", _wish(row), name)
        elif not _is_cover(row) or _guards(row, held):
            counts = isinstance(row, AlgoRow) and covers_leg(row) and _guards(row, held) and name not in views.book.done
            ours = _last_word(views, row)
            yield _finding(Kind.LEFTOVER_ORDER, row.symbol, row.leg, ours, _wish(row), name, COUNTED if counts else "")


def _opens(row: OrderRow | AlgoRow, held: Decimal) -> bool:
    """Whether a fill of it would make the position larger, or open one."""
    if row.reduce_only or (isinstance(row, AlgoRow) and row.close_position):
        return False
    if row.leg is not Leg.BOTH:
        return row.leg is opening_leg(row.side)
    return held * row.side.sign >= 0 or row.quantity > abs(held)


def _last_word(views: Views, row: OrderRow | AlgoRow) -> str:
    done = views.book.done.get(row.client_id)
    return NOT_IN_BOOK if done is None else done.outcome


def _wish(row: OrderRow | AlgoRow) -> str:
    at = row.trigger_price if isinstance(row, AlgoRow) else row.price
    size = "all" if isinstance(row, AlgoRow) and row.close_position else plain(row.quantity)
    return f"{row.side} {row.kind} {size}" + (f" @ {_price(at)}" if at else "")


def _size(quantity: Decimal, entry_price: Decimal) -> str:
    return f"{plain(quantity)} @ {_price(entry_price)}" if quantity else FLAT


def _price(value: Decimal) -> str:
    return plain(AVERAGE.plus(value))

"""The fold of fills: money counted, positions moved, what a stranger traded remembered until its owner is known."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.model import event as ev
from hedgectl.core.model.evidence import TradeRow
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Leg, Purpose
from hedgectl.core.state.durable import LiveOrder, Position, key_of
from hedgectl.core.state.index import position_key
from hedgectl.core.state.volatile import State

STRANGERS_KEPT_MAX = 1_000


def attribute(state: State, live: LiveOrder) -> None:
    """Now that its exchange id is known: what it traded while it was a stranger's belongs to it, and to its intent.
    What was left alone meanwhile is a position of ours."""
    durable, order = state.durable, live.order
    ordinary = live.child_order_id if order.kind.conditional else live.order_id
    known = durable.strangers.pop(f"{order.symbol}|{ordinary}", None) if durable.strangers else None
    if known is None:
        return
    quantity, notional = known
    live.filled += quantity
    state.index.totals.order_moved(live)
    intent = durable.intents.get(order.intent_id)
    if intent is not None and order.purpose in (Purpose.ENTRY, Purpose.EXIT):
        intent.filled += quantity
    key = position_key(order)
    if key in durable.left:
        durable.left[key] -= quantity * order.side.sign
        if not durable.left[key]:
            del durable.left[key]
        position = durable.positions[key] = Position(order.symbol, Leg(order.position_side))
        position.quantity, position.entry_price = quantity * order.side.sign, notional / quantity
        position.intent_id, position.correlation_id = order.intent_id, order.correlation_id
        state.index.totals.leg_moved(order.symbol, key, position.quantity, position.entry_price)


def remember_stranger(strangers: dict[str, list[Decimal]], trade: TradeRow) -> None:
    """A fill of an order that nobody here knows: it may be one of ours whose answer was lost."""
    known = strangers.setdefault(f"{trade.symbol}|{trade.order_id}", [ZERO, ZERO])
    known[0] += trade.quantity
    known[1] += trade.quantity * trade.price
    if len(strangers) > STRANGERS_KEPT_MAX:
        del strangers[next(iter(strangers))]


def count(state: State, trade: TradeRow) -> None:
    """Add a fill to the totals."""
    money = state.durable.money
    money.fills += 1
    money.volume += trade.quantity * trade.price
    money.realised += trade.realised
    if trade.fee_asset == "USDT":
        money.fees += trade.fee
    else:
        money.other_fees[trade.fee_asset] = money.other_fees.get(trade.fee_asset, ZERO) + trade.fee


def move_position(state: State, event: ev.Filled) -> None:
    """Move the leg that a fill belongs to: opened, added to, reduced, closed or flipped."""
    trade = event.trade
    key = key_of(trade.symbol, event.leg)
    if trade.at_ms <= state.durable.stated_ms.get(key, 0):
        return  # told late: what the exchange stated of the leg, and we took over, has it already
    position = state.durable.positions.get(key)
    if position is None:
        position = state.durable.positions[key] = Position(trade.symbol, event.leg)
    change = trade.quantity * trade.side.sign
    before = position.quantity
    after = before + change
    if before == 0 or before * after < 0:  # opened, or flipped: what is left was bought at this price
        position.entry_price = trade.price
        position.intent_id, position.correlation_id, position.sends = (
            _name_of(state, event) or f"adopt:{key}:{trade.at_ms}",
            event.correlation_id,
            0,
        )
    elif abs(after) > abs(before):
        position.entry_price = (position.entry_price * abs(before) + trade.price * abs(change)) / abs(after)
    position.quantity = after
    position.changed_ms = trade.at_ms
    state.index.totals.leg_moved(trade.symbol, key, after, trade.price)
    if after == 0:
        del state.durable.positions[key]


def _name_of(state: State, event: ev.Filled) -> str:
    """The intent that a position and its covers are called after; one that opens a second time gets a second name."""
    intent = state.durable.intents.get(event.intent_id)
    again = event.intent_id and (intent is None or intent.filled)
    return f"{event.intent_id}#{event.trade.trade_id}" if again else event.intent_id


def position_corrected(state: State, event: ev.PositionCorrected) -> None:
    """Belief set to what the exchange states of a leg."""
    key = key_of(event.symbol, event.leg)
    positions = state.durable.positions
    state.durable.stated_ms[key] = max(event.stated_ms, state.durable.stated_ms.get(key, 0))
    state.index.totals.leg_moved(event.symbol, key, event.quantity, event.entry_price)
    if event.quantity == 0:
        positions.pop(key, None)
        return
    position = positions.get(key)
    if position is None or position.quantity * event.quantity < 0:
        position = positions[key] = Position(event.symbol, event.leg, intent_id=f"adopt:{key}:{event.at_ms}")
    position.quantity, position.entry_price, position.changed_ms = event.quantity, event.entry_price, event.at_ms

"""Preparing an order: its name, its sides, its window; noted before it may leave."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import Send
from hedgectl.core.model.event import OrderPrepared
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Mode, Prepared, Purpose, Side, Tif
from hedgectl.core.orders.clientid import client_id
from hedgectl.core.orders.sides import sides


def send(
    work: Work,
    *,
    intent_id: str,
    correlation_id: str,
    symbol: str,
    direction: Leg,
    side: Side,
    action: Action,
    purpose: Purpose,
    kind: Kind,
    mode: Mode,
    quantity: Decimal | None = None,
    price: Decimal | None = None,
    trigger_price: Decimal | None = None,
    tif: Tif | None = None,
    part: int = 0,
    revision: int = 0,
    attempt: int = 1,
    paper: bool = False,
) -> Prepared:
    """Note the order and have it sent. `direction` is LONG or SHORT in both modes; the wire's leg follows from it."""
    settings, now = work.settings, work.now
    wire = sides(mode, action, direction)
    entry = purpose is Purpose.ENTRY
    order = Prepared(
        client_id=client_id(intent_id, direction, purpose, part, revision, attempt),
        intent_id=intent_id,
        correlation_id=correlation_id,
        symbol=symbol,
        leg=direction,
        side=side,
        action=action,
        purpose=purpose,
        kind=kind,
        lane=Lane.ENTRY if entry else Lane.PROTECT,
        position_side=wire.position_side,
        reduce_only=wire.reduce_only,
        timestamp_ms=now.exchange_ms,
        recv_window_ms=settings.entry_recv_window_ms if entry else settings.protect_recv_window_ms,
        quantity=quantity,
        price=price,
        trigger_price=trigger_price,
        tif=tif,
        part=part,
        revision=revision,
        attempt=attempt,
        paper=paper,
    )
    work.note(OrderPrepared(order), correlation_id, symbol)
    work.command(Send(order, settings.void_after_ms))
    return order

"""How an entry travels: identity gates, size, exposure gates, budget, then orders (DESIGN 3)."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.engine.believing import knobs_for
from hedgectl.core.engine.sending import send
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import EntryAccepted, Inferred, IntentRefused
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Mode, Purpose, Side, Tif
from hedgectl.core.model.verdict import Refused, code, refused
from hedgectl.core.orders.clientid import intent_hash
from hedgectl.core.orders.sides import opening_leg
from hedgectl.core.risk.desk import Desk
from hedgectl.core.risk.exposure import EXPOSURE
from hedgectl.core.risk.identity import IDENTITY
from hedgectl.core.risk.sizing import Sized, quantity_max, size, split

WRONG_LEG = code("intent.wrong_leg", "A BUY opens LONG and a SELL opens SHORT; the intent says otherwise.")
CORRELATION_CHARS = 10
LEGS = tuple(leg.value for leg in Leg)


def correlation_of(intent_id: str) -> str:
    """The stable short name of an intent in every trace (X5)."""
    return intent_hash(intent_id)[:CORRELATION_CHARS]


def consider_entry(work: Work, entry: Entry) -> None:
    """Vet, size, and send an entry; or refuse it with its reason."""
    desk = desk_for(work, entry)
    verdict = vet(work, entry, desk)
    correlation_id = correlation_of(entry.intent_id)
    if isinstance(verdict, Refused):
        refuse(work, entry.intent_id, entry.symbol, verdict)
        return
    assert desk.mode is not None
    assert desk.instrument is not None
    direction = opening_leg(entry.side)
    if entry.leg is None and desk.mode is Mode.HEDGE:
        work.note(Inferred(entry.symbol, entry.side, direction, correlation_id), correlation_id, entry.symbol)
    accepted = EntryAccepted(entry, correlation_id, direction, verdict.quantity, verdict.notional_usdt)
    work.note(accepted, correlation_id, entry.symbol)
    market = entry.kind is Kind.MARKET
    step = desk.instrument.market_step if market else desk.instrument.step
    for part, quantity in enumerate(split(verdict.quantity, quantity_max(desk.instrument, market), step)):
        send(
            work,
            intent_id=entry.intent_id,
            correlation_id=correlation_id,
            symbol=entry.symbol,
            direction=direction,
            side=entry.side,
            action=Action.OPEN,
            purpose=Purpose.ENTRY,
            kind=entry.kind,
            mode=desk.mode,
            quantity=quantity,
            price=None if market else resting_price(entry, desk),
            tif=None if market else Tif.GTX,
            part=part,
            paper=entry.paper,
        )


def vet(work: Work, entry: Entry, desk: Desk) -> Sized | Refused:
    """Every gate in its fixed order: identity, size, exposure, rate budget (R1)."""
    for gate in IDENTITY:
        verdict = gate(entry, desk)
        if isinstance(verdict, Refused):
            return verdict
    if entry.leg not in (None, Leg.BOTH, opening_leg(entry.side)):
        found = f"{entry.side} {entry.leg}"
        return refused(WRONG_LEG, found, f"{entry.side} {opening_leg(entry.side)}", "to leave a position send an exit")
    sized = size(entry, desk)
    if isinstance(sized, Refused):
        return sized
    for cap in EXPOSURE:
        verdict = cap(entry, sized, desk)
        if isinstance(verdict, Refused):
            return verdict
    budget = work.volatile.budget.grant(Lane.ENTRY, 0, 1, work.now.exchange_ms)
    if isinstance(budget, Refused):
        return budget
    return sized


def desk_for(work: Work, entry: Entry) -> Desk:
    """Gather what the gates look at."""
    durable, volatile, symbol = work.durable, work.volatile, entry.symbol
    quote = volatile.quote(symbol)
    knobs = knobs_for(work, symbol)
    next_ms = durable.entry_ms.get(symbol, 0) + knobs.entry_cooldown_seconds * 1000
    mine = [durable.orders[name].order for name in work.index.by_symbol.get(symbol, ())]
    seen = "in progress" if entry.intent_id in durable.intents else durable.intents_done.get(entry.intent_id, "")
    return Desk(
        settings=work.settings,
        now=work.now,
        stopping=durable.stopping,
        checked=volatile.checked,
        journal_dead=volatile.journal_dead,
        seen=seen,
        mode=durable.mode,
        instrument=durable.instruments.get(symbol),
        quote=quote,
        quote_age_ms=work.now.mono_ms - volatile.quotes_mono_ms.get(symbol, work.now.mono_ms),
        unsettled=next((name for name in work.index.by_symbol.get(symbol, ()) if name in work.index.unsettled), ""),
        failures=max(volatile.failures.values(), default=0),
        exposure_usdt=exposure_usdt(work, symbol, quote.mid if quote is not None else ZERO),
        posture=knobs.mode.value,
        entries_allowed=knobs.allow_entries,
        notional_usdt_max=max(knobs.max_notional_usdt, ZERO),
        leverage_max=knobs.max_leverage,
        confidence_min=knobs.min_entry_conf,
        cooldown_left_ms=next_ms - work.now.exchange_ms if knobs.entry_cooldown_seconds else 0,
        open_entries=sum(order.purpose is Purpose.ENTRY for order in mine),
        open_entries_max=knobs.max_open_orders_per_symbol,
    )


def exposure_usdt(work: Work, symbol: str, price: Decimal) -> Decimal:
    """What is open plus what may still open on a symbol, at `price` (or an order's own)."""
    total = ZERO
    for leg in LEGS:
        position = work.durable.positions.get(f"{symbol}|{leg}")
        if position is not None:
            total += abs(position.quantity) * price
    for name in work.index.by_symbol.get(symbol, ()):
        live = work.durable.orders[name]
        if live.order.purpose is Purpose.ENTRY:
            total += live.open_quantity * (live.order.price or price)
    return total


def resting_price(entry: Entry, desk: Desk) -> Decimal:
    """Where a post-only order rests: the intent's price, else the near touch."""
    assert desk.quote is not None
    return entry.price or (desk.quote.bid if entry.side is Side.BUY else desk.quote.ask)


def refuse(work: Work, intent_id: str, symbol: str, why: Refused) -> None:
    """Note a refusal; an intent that could not be named has no correlation."""
    correlation_id = correlation_of(intent_id) if intent_id else ""
    event = IntentRefused(intent_id, correlation_id, symbol, why.code, why.number, why.limit, why.hint)
    work.note(event, correlation_id, symbol)

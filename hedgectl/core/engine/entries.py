"""How an entry travels: identity gates, size, exposure gates, leverage, budget, then orders (DESIGN 3, R9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.engine.believing import knobs_for
from hedgectl.core.engine.leverage import has_leverage, hold, leverage_for
from hedgectl.core.engine.money import nav_now
from hedgectl.core.engine.sending import send
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import EntryAccepted, Inferred, IntentRefused
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Mode, Purpose, Side, Tif
from hedgectl.core.model.verdict import APPROVED, Refused, Verdict, code, refused
from hedgectl.core.orders.clientid import intent_hash
from hedgectl.core.orders.sides import opening_leg
from hedgectl.core.risk.desk import Desk
from hedgectl.core.risk.exposure import EXPOSURE
from hedgectl.core.risk.identity import IDENTITY, NEEDS
from hedgectl.core.risk.sizing import Sized, quantity_max, size, split
from hedgectl.core.state.durable import key_of

WRONG_LEG = code("intent.wrong_leg", "A BUY opens LONG and a SELL opens SHORT; the intent says otherwise.")
CORRELATION_CHARS = 10
LEGS = tuple(leg.value for leg in Leg)
SIZED_BY = ("instrument", "quote", "nav")
WALK = tuple((gate, NEEDS.get(gate, "")) for gate in IDENTITY)


@dataclass(frozen=True, slots=True)
class Unasked:
    """No verdict: what the gate compares is not known, and an earlier gate has refused for that."""

    missing: str


Judged = tuple[Callable[..., object], Verdict | Sized | Unasked]
"""A gate, and what it said."""


def correlation_of(intent_id: str) -> str:
    """The stable short name of an intent in every trace (X5)."""
    return intent_hash(intent_id)[:CORRELATION_CHARS]


def consider_entry(work: Work, entry: Entry) -> None:
    """Vet, size, and send an entry; or hold it until its leverage is set, or refuse it with its reason."""
    desk = desk_for(work, entry)
    verdict = vet(work, entry, desk)
    correlation_id = correlation_of(entry.intent_id)
    if isinstance(verdict, Refused):
        refuse(work, entry.intent_id, entry.symbol, verdict)
    if not isinstance(verdict, Sized):
        return
    assert desk.mode is not None
    direction = opening_leg(entry.side)
    if entry.leg is None and desk.mode is Mode.HEDGE:
        work.note(Inferred(entry.symbol, entry.side, direction, correlation_id), correlation_id, entry.symbol)
    sized = verdict.quantity, verdict.notional_usdt
    accepted = EntryAccepted(entry, correlation_id, direction, *sized, work.now.exchange_ms)
    work.note(accepted, correlation_id, entry.symbol)
    market = entry.kind is Kind.MARKET
    for part, quantity in enumerate(parts_of(entry, verdict, desk)):
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


def judged(entry: Entry, desk: Desk, *, approvals: bool) -> Iterator[Judged]:
    """Every gate that looks at the desk, in its fixed order (R1): identity, leg, size, exposure. Lazy: a run takes the
    first refusal, or the size, and does without `approvals`; a dry run hears them all."""
    for gate, needed in WALK:
        if needed and getattr(desk, needed) is None:
            yield gate, Unasked(needed)
        elif (verdict := gate(entry, desk)) is not APPROVED or approvals:
            yield gate, verdict
    if (verdict := leg_fits(entry)) is not APPROVED or approvals:
        yield leg_fits, verdict
    missing = [each for each in SIZED_BY if getattr(desk, each) is None]
    sized = Unasked(missing[0]) if missing else size(entry, desk)
    yield size, sized
    for cap in EXPOSURE:
        if not isinstance(sized, Sized):
            yield cap, Unasked("size")
        elif (verdict := cap(entry, sized, desk)) is not APPROVED or approvals:
            yield cap, verdict


def leg_fits(entry: Entry) -> Verdict:
    """A leg that is named is the one that the side opens."""
    if entry.leg in (None, Leg.BOTH, opening_leg(entry.side)):
        return APPROVED
    found = f"{entry.side} {entry.leg}"
    return refused(WRONG_LEG, found, f"{entry.side} {opening_leg(entry.side)}", "to leave a position send an exit")


def vet(work: Work, entry: Entry, desk: Desk) -> Sized | Refused | None:
    """Every gate, then leverage and rate budget (R1). None: it is held until its leverage is set, which a paper order
    needs not."""
    sized: Sized | None = None
    for _, verdict in judged(entry, desk, approvals=False):
        if isinstance(verdict, Refused):
            return verdict
        if isinstance(verdict, Sized):
            sized = verdict
    assert sized is not None  # what is not known was refused for that
    if not entry.paper:
        leverage = leverage_for(entry, sized.notional_usdt, desk, work.durable.brackets.get(entry.symbol, ()))
        if not has_leverage(work, entry.symbol, leverage):
            return hold(work, entry, correlation_of(entry.intent_id), leverage)
    parts = len(parts_of(entry, sized, desk))
    budget = work.volatile.budget.grant(Lane.ENTRY, 0, parts, work.now.exchange_ms)
    if isinstance(budget, Refused):
        return budget
    return sized


def desk_for(work: Work, entry: Entry) -> Desk:
    """Gather what the gates look at: running totals and marks, never a scan over the book."""
    durable, volatile, settings, symbol = work.durable, work.volatile, work.settings, entry.symbol
    now, marks, totals = work.now, durable.risk, work.index.totals
    quote = volatile.quote(symbol)
    knobs = knobs_for(work, symbol)
    next_ms = durable.entry_ms.get(symbol, 0) + knobs.entry_cooldown_seconds * 1000
    seen = "in progress" if entry.intent_id in durable.intents else durable.intents_done.get(entry.intent_id, "")
    mine, named = totals.of(symbol), totals.tiers.get(symbol, "")
    tier = next((each for each in settings.risk.tiers if each.name == named), None)
    exposure_usdt, tier_usdt, gross_usdt = volatile.exposure(totals, symbol, named)
    return Desk(
        settings=settings,
        now=now,
        kill=f"{durable.kill.mode}: {durable.kill.why}" if durable.kill is not None else "",
        stopping=durable.stopping,
        clock_measured=volatile.clock_measured,
        checked=volatile.checked,
        journal_dead=volatile.journal_dead,
        seen=seen,
        listed=symbol in work.index.listed,
        mode=durable.mode,
        instrument=durable.instruments.get(symbol),
        tier=tier,
        quote=quote,
        quote_age_ms=now.mono_ms - volatile.quotes_mono_ms.get(symbol, now.mono_ms),
        unsettled=next(iter(work.index.unsettled_by_symbol.get(symbol, ())), ""),
        failures=max(volatile.failures.values(), default=0),
        looked_age_ms=now.exchange_ms - volatile.snapshot_ms,
        exposure_usdt=exposure_usdt,
        tier_usdt=tier_usdt,
        gross_usdt=gross_usdt,
        left=_left(work, symbol),
        held="" if settings.risk.add else _held(work, entry),
        crossing=_crossing(work, entry) if mine.entries else "",
        posture=knobs.mode.value,
        entries_allowed=knobs.allow_entries,
        notional_usdt_max=knobs.max_notional_usdt,
        leverage_max=min(knobs.max_leverage, settings.risk.leverage_max, *([tier.leverage_max] if tier else ())),
        confidence_min=max(knobs.min_entry_conf, settings.risk.confidence_min),
        cooldown_left_ms=next_ms - now.exchange_ms if knobs.entry_cooldown_seconds else 0,
        open_entries=mine.entries,
        open_entries_max=knobs.max_open_orders_per_symbol,
        nav=nav_now(work),
        day_nav_usdt=marks.day_nav_usdt,
        peak_nav_usdt=marks.peak_nav_usdt,
        entries=marks.entries,
        usual_usdt=work.index.usual_usdt,
        entered_ms=durable.entry_ms.get(symbol, 0),
        paused_until_ms=marks.paused_until_ms,
    )


def _left(work: Work, symbol: str) -> Decimal:
    """What stands in legs of a symbol that are left alone."""
    left = work.durable.left
    return sum((abs(left.get(f"{symbol}|{leg}", ZERO)) for leg in LEGS), ZERO) if left else ZERO


def _held(work: Work, entry: Entry) -> str:
    """What the leg of an entry holds or waits for already, in words."""
    leg = Leg.BOTH if work.durable.mode is Mode.ONE_WAY else opening_leg(entry.side)
    position = work.durable.positions.get(key_of(entry.symbol, leg))
    if position is not None:
        return f"{position.quantity} {entry.symbol} {leg}"
    for name in work.index.by_symbol.get(entry.symbol, ()):
        order = work.durable.orders[name].order
        if order.purpose is Purpose.ENTRY and order.position_side == leg.value:
            return name
    return ""


def _crossing(work: Work, entry: Entry) -> str:
    """A resting entry of ours on the other side that this one would meet; the few of one symbol are looked at."""
    buys = entry.side is Side.BUY
    for name in work.index.by_symbol[entry.symbol]:
        order = work.durable.orders[name].order
        if order.purpose is Purpose.ENTRY and order.side is not entry.side and order.price is not None:
            limit = entry.price
            if limit is None or (limit >= order.price if buys else limit <= order.price):
                return name
    return ""


def parts_of(entry: Entry, sized: Sized, desk: Desk) -> list[Decimal]:
    """The orders that an entry is sent as: each counts against the rate budget."""
    assert desk.instrument is not None
    market = entry.kind is Kind.MARKET
    step = desk.instrument.market_step if market else desk.instrument.step
    return split(sized.quantity, quantity_max(desk.instrument, market), step)


def resting_price(entry: Entry, desk: Desk) -> Decimal:
    """Where a post-only order rests: the intent's price, else the near touch."""
    assert desk.quote is not None
    return entry.price or (desk.quote.bid if entry.side is Side.BUY else desk.quote.ask)


def refuse(work: Work, intent_id: str, symbol: str, why: Refused) -> None:
    """Note a refusal; an intent that could not be named has no correlation."""
    correlation_id = correlation_of(intent_id) if intent_id else ""
    event = IntentRefused(intent_id, correlation_id, symbol, why.code, why.number, why.limit, why.hint)
    work.note(event, correlation_id, symbol)

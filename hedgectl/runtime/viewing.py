"""The live screen's data, read from state: what we hold, what covers it, what was wished last. Asks nobody anything."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

from hedgectl.core.engine.believing import debt_now, knobs_for
from hedgectl.core.engine.work import Work
from hedgectl.core.model.moment import Moment
from hedgectl.core.state.durable import Position
from hedgectl.core.state.volatile import State
from hedgectl.runtime.tally import Tally
from hedgectl.screens.view import KillView, PositionView, RunView, SinkView, Truth
from hedgectl.store.journal import Journal


def view_of(
    state: State, tally: Tally, journal: Journal, now: Moment, *, place: str, up_ms: int, pid: int | None
) -> RunView:
    """One moment of the run."""
    durable, volatile = state.durable, state.volatile
    budget, wallet = volatile.budget, volatile.wallet
    unknown = len(state.index.unsettled)
    work = Work(state, now)
    knobs, debt = knobs_for(work, ""), debt_now(work)
    entries = f"≤ {knobs.max_notional_usdt.normalize():f} USDT an order"
    if unknown:
        entries += f"  {unknown} waiting for an answer"
    return RunView(
        at_ms=now.exchange_ms,
        up_s=up_ms / 1000,
        environment=place,
        mode=durable.mode.value if durable.mode is not None else "mode unknown",
        nav_usdt=wallet.margin_balance if wallet is not None else None,
        posture=durable.belief.posture,
        debt_score=debt.score,
        debt_history=tuple(score for _, score in durable.belief.history),
        debt_symbols=debt.symbols,
        streak=debt.streak,
        kill=KillView(**asdict(durable.kill)) if durable.kill is not None else None,
        entries_allowed=knobs.allow_entries
        and durable.kill is None
        and volatile.checked
        and not durable.stopping
        and not volatile.journal_dead,
        entries=entries,
        positions=tuple(_position(state, key, each, now) for key, each in sorted(durable.positions.items())),
        intents=tuple(reversed(tally.intents.values())),
        unknown_orders=unknown,
        rest_ms=volatile.write_ms,
        stream_up=volatile.stream_up,
        weight_used=budget.weight.at(now.exchange_ms),
        weight_limit=budget.weight.limit,
        orders_used=budget.orders_10s.at(now.exchange_ms),
        orders_limit=budget.orders_10s.limit,
        sinks=(SinkView("journal", journal.dead is None, journal.dead or ""),),
        journal_seq=journal.last_seq,
        pid=pid,
    )


def _position(state: State, key: str, position: Position, now: Moment) -> PositionView:
    quote = state.volatile.quotes.get(position.symbol)
    mark = quote.mark if quote is not None else None
    cover = state.durable.covers.get(key)
    covered = cover is not None and cover.direction is position.direction
    doubt = state.volatile.doubts.get(key)
    truth, drift = Truth.AGREED, Decimal(0)
    if state.index.unsettled and any(
        state.durable.orders[name].order.symbol == position.symbol for name in state.index.unsettled
    ):
        truth = Truth.UNKNOWN
    elif doubt is not None:
        drift = position.quantity - doubt.theirs
        truth = Truth.PHANTOM if not doubt.theirs else Truth.DRIFT
    seen_ms = state.volatile.wallet_mono_ms
    return PositionView(
        symbol=position.symbol,
        leg=position.direction.value,
        quantity=abs(position.quantity),
        entry_price=position.entry_price,
        mark_price=mark,
        pnl_usdt=(mark - position.entry_price) * position.quantity if mark is not None else None,
        stop_price=cover.trigger_price if cover is not None and covered else None,
        naked_s=0.0 if covered else max(now.exchange_ms - position.changed_ms, 0) / 1000,
        truth=truth,
        truth_age_s=(now.mono_ms - seen_ms) / 1000 if seen_ms else None,
        drift=drift,
    )

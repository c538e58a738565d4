"""What a run came to: counted from its events, judged by the exchange's own ledger where that is ours to read."""

from __future__ import annotations

from pathlib import Path

from hedgectl.core.state.volatile import State
from hedgectl.runtime.ending import HALTED, UNLISTED
from hedgectl.runtime.measure import Wrongness, measure
from hedgectl.runtime.place import Place
from hedgectl.runtime.tally import Tally
from hedgectl.screens.view import RunSummary

UNREACHABLE = 5
ENDED_BY = {HALTED: 7, UNLISTED: 1}
"""Exit codes of a run that never saw the account, and of those that ended by more than time or request (DESIGN 6)."""


def figures(place: Place, tally: Tally, now_ms: int) -> Wrongness | None:
    """Wrongness, naked and time to repair; None without a ledger, or when ledger or belief forgot something."""
    ledger = place.ledger
    if ledger is None or ledger.dropped or tally.beliefs_dropped:
        return None
    return measure(ledger, tally.beliefs, now_ms)


def summary_of(
    state: State,
    place: Place,
    tally: Tally,
    *,
    why: str,
    ran_ms: int,
    real_ms: int,
    now_ms: int,
    journal: Path,
    journal_seq: int,
    journal_hash: str,
    seed: int | None,
) -> RunSummary:
    """The summary of a finished run."""
    counts, durable = tally.counts, state.durable
    wallet, judged = state.volatile.wallet, figures(place, tally, now_ms)
    return RunSummary(
        environment=place.name,
        why=why,
        ran_s=ran_ms / 1000,
        real_s=real_ms / 1000,
        intents=counts["intent.accepted"] + counts["exit.accepted"] + counts["intent.refused"],
        refused=counts["intent.refused"],
        orders=counts["order.prepared"],
        rejected=counts["order.rejected"],
        unknown=counts["order.unknown"],
        fills=counts["order.filled"],
        fees_usdt=durable.money.fees,
        realised_usdt=durable.money.realised,
        nav_start_usdt=tally.nav_start,
        nav_end_usdt=wallet.margin_balance if wallet is not None else None,
        wrongness_usd_s=judged.wrong_usd_s if judged is not None else None,
        naked_usd_s=judged.naked_usd_s if judged is not None else None,
        repair_ms=judged.repair_p50_p99_max if judged is not None else None,
        positions_open=len(durable.positions),
        naked_open=len([key for key in durable.positions if key not in durable.covers]),
        journal=str(journal),
        journal_seq=journal_seq,
        journal_hash=journal_hash,
        refusals=tuple(tally.refusals.most_common()),
        seed=seed,
        last_trace=tally.last_trace,
        unread=tally.unread if not state.volatile.checked else "",
        unlisted=state.volatile.unlisted,
        exit_code=ENDED_BY.get(why, 0) if state.volatile.checked or why == HALTED else UNREACHABLE,
    )

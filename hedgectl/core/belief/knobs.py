"""What a posture still allows (B5). Monotone: more debt, growth or streak, or a worse posture, never allow more."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.belief.debt import Debt
from hedgectl.core.belief.posture import POSTURES, Posture, step_of, wanted
from hedgectl.core.settings import BeliefLimits


@dataclass(frozen=True, slots=True)
class GuardKnobs:
    """Limits on entries only."""

    allow_entries: bool
    max_notional_usdt: Decimal
    max_leverage: int
    min_entry_conf: Decimal
    entry_cooldown_seconds: int
    max_open_orders_per_symbol: int
    mode: Posture
    kill_switch_trip: bool = False


def knobs_of(held: Posture, debt: Debt, order_notional_usdt_max: Decimal, limits: BeliefLimits) -> GuardKnobs:
    """The knobs: of the posture that is held, or of the one that the debt asks for already, whichever is stricter.

    So a rising debt restrains before the posture has followed, and a falling one releases only with it. A posture is
    never milder than a calmer one, however they are configured.
    """
    mode = POSTURES[max(held.rank, wanted(debt, limits).rank)]
    steps = [step_of(each, limits) for each in POSTURES[: mode.rank + 1]]
    return GuardKnobs(
        allow_entries=mode is not Posture.RED,
        max_notional_usdt=order_notional_usdt_max * Decimal(str(min([each.notional_share for each in steps]))),
        max_leverage=min([each.leverage_max for each in steps]),
        min_entry_conf=Decimal(str(max([each.confidence_min for each in steps]))),
        entry_cooldown_seconds=max([each.cooldown_s for each in steps]),
        max_open_orders_per_symbol=min([each.open_orders_max for each in steps]),
        mode=mode,
        kill_switch_trip=mode is Posture.RED and debt.score >= limits.kill_score,
    )


def strictest(first: GuardKnobs, second: GuardKnobs) -> GuardKnobs:
    """Both at once: of the account and of the symbol, each limit as tight as the tighter of the two."""
    return GuardKnobs(
        first.allow_entries and second.allow_entries,
        min(first.max_notional_usdt, second.max_notional_usdt),
        min(first.max_leverage, second.max_leverage),
        max(first.min_entry_conf, second.min_entry_conf),
        max(first.entry_cooldown_seconds, second.entry_cooldown_seconds),
        min(first.max_open_orders_per_symbol, second.max_open_orders_per_symbol),
        POSTURES[max(first.mode.rank, second.mode.rank)],
        first.kill_switch_trip or second.kill_switch_trip,
    )

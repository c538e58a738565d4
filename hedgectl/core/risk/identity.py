"""The gates that look at who asks and what is known, before any size is thought of: the registry, in order (R1)."""

from __future__ import annotations

from collections.abc import Callable

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.verdict import Verdict
from hedgectl.core.risk.desk import Desk
from hedgectl.core.risk.gates_belief import (
    confident_enough,
    cooled_down,
    leverage_allowed,
    looked_lately,
    nobody_elses,
    not_crowded,
    posture_allows,
    settled,
)
from hedgectl.core.risk.gates_intent import allow_list, not_doubled, not_duplicate, not_expired, not_held, tier_known
from hedgectl.core.risk.gates_loss import day_not_lost, nav_known, not_drawn_down
from hedgectl.core.risk.gates_run import account_checked, clock_measured, journal_alive, not_killed, not_stopping
from hedgectl.core.risk.gates_throttle import not_bursting, not_failing, not_repeating, rested
from hedgectl.core.risk.gates_venue import mode_known, not_crossing, quote_fresh, rules_known, venue_calm, within_collar

Gate = Callable[[Entry, Desk], Verdict]

IDENTITY: tuple[Gate, ...] = (
    not_killed,
    not_stopping,
    account_checked,
    clock_measured,
    journal_alive,
    allow_list,
    tier_known,
    not_duplicate,
    not_expired,
    mode_known,
    rules_known,
    venue_calm,
    settled,
    nobody_elses,
    posture_allows,
    confident_enough,
    leverage_allowed,
    cooled_down,
    rested,
    not_crowded,
    not_bursting,
    not_repeating,
    not_failing,
    not_doubled,
    not_held,
    nav_known,
    day_not_lost,
    not_drawn_down,
    looked_lately,
    quote_fresh,
    within_collar,
    not_crossing,
)

NEEDS: dict[Gate, str] = {
    day_not_lost: "nav",
    not_drawn_down: "nav",
    within_collar: "quote",
}
"""The fact of the desk without which a gate has nothing to compare; an earlier one (`nav_known`, `quote_fresh`) refuses
for want of it."""

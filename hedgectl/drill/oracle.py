"""The laws, and a life judged by all of them. They read the exchange's ledger, the journal and the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hedgectl.drill import laws_belief, laws_exits, laws_orders, laws_truth
from hedgectl.drill.books import Books
from hedgectl.drill.evidence import Evidence

Law = Callable[[Evidence, Books], Iterator[str]]

LAWS: dict[str, Law] = {
    law.__name__: law
    for law in (
        laws_orders.no_more_than_vetted,
        laws_orders.names_are_used_once,
        laws_orders.every_fill_once,
        laws_orders.prepared_before_accepted,
        laws_orders.never_called_dead,
        laws_orders.nothing_is_sent_again,
        laws_orders.attempts_are_bounded,
        laws_exits.exits_are_taken,
        laws_exits.exits_leave_at_once,
        laws_exits.rates_never_cost_protection,
        laws_exits.closing_only_closes,
        laws_exits.bare_legs_are_tended,
        laws_exits.what_matters_is_told,
        laws_truth.corrections_are_true,
        laws_truth.exits_end_with_their_leg,
        laws_truth.ends_are_true,
        laws_truth.belief_is_its_fills,
        laws_belief.entries_obey_the_posture,
        laws_belief.entries_see_the_account,
        laws_belief.exposure_is_capped,
        laws_belief.throttles_hold,
        laws_belief.belief_survives,
        laws_belief.calm_heals,
        laws_belief.ledger_is_whole,
        laws_belief.journal_is_the_state,
    )
}
REPLAYED_EACH = 10
"""Folding a whole journal again costs: one life in so many is."""
SAID_MAX = 5


@dataclass(frozen=True, slots=True)
class Breach:
    """A law, and how a life broke it."""

    law: str
    what: str


def judge(evidence: Evidence, books: Books) -> list[Breach]:
    """Every breach of a life, at most `SAID_MAX` of each law."""
    found: list[Breach] = []
    for name, law in LAWS.items():
        if law is laws_belief.journal_is_the_state and evidence.plan.seed % REPLAYED_EACH:
            continue
        for number, what in enumerate(law(evidence, books)):
            if number == SAID_MAX:
                break
            found.append(Breach(name, what))
    return found

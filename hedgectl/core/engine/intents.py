"""When an intent is over, and how it came out."""

from __future__ import annotations

from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import IntentDone


def finish_if_over(work: Work, intent_id: str, outcome: str) -> None:
    """Close an intent that has no order left and waits for nothing; `outcome` is used when nothing was filled."""
    intent = work.durable.intents.get(intent_id)
    if intent is None or intent.waiting or intent_id in work.index.by_intent:
        return
    if intent.filled:
        outcome = "filled" if intent.filled >= intent.vetted else "partial"
    finish(work, intent_id, outcome)


def finish(work: Work, intent_id: str, outcome: str) -> None:
    """Close an intent with this outcome."""
    intent = work.durable.intents[intent_id]
    symbol = intent.intent.symbol
    done = IntentDone(intent_id, intent.correlation_id, symbol, outcome, intent.filled)
    work.note(done, intent.correlation_id, symbol)

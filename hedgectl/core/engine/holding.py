"""Entries that wait for their leverage: vetted again from the start once it is read back, refused when it could not be
set, or expired (R9). Never left waiting: what a restart finds held is vetted again too.

One entry is vetted in a decision: each is judged by exposure and quotes of its own, which a replay must see as such.
"""

from __future__ import annotations

from hedgectl.core.engine.entries import consider_entry, refuse
from hedgectl.core.engine.leverage import NOT_SET
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import IntentReleased
from hedgectl.core.model.input import LeverageTaken, ReadFailed
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.reply import Answer, Reply
from hedgectl.core.model.verdict import refused
from hedgectl.core.orders.outcome import error_of

CURE = "send it again, set it by hand, or ask for what the account has"


def leverage_taken(work: Work, given: LeverageTaken) -> None:
    """A set was read back: that decides, whatever came back for the set itself."""
    volatile = work.volatile
    volatile.failures.pop("leverage", None)
    asked = volatile.leverage_asked.pop(given.symbol, 0)
    if given.leverage == asked:
        volatile.leverages[given.symbol] = given.leverage, work.now.exchange_ms
    else:
        _not_set(work, given.symbol, asked, f"{given.leverage}", _words(given.answer))
    tend_held(work)
    if isinstance(given.answer, Reply):
        volatile.budget.seen(given.answer, work.now.exchange_ms)


def leverage_unread(work: Work, given: ReadFailed) -> None:
    """Nobody knows what the set came to."""
    asked = work.volatile.leverage_asked.pop(given.symbol, 0)
    _not_set(work, given.symbol, asked, "unread", given.why)


def tend_held(work: Work) -> None:
    """Vet the oldest held entry that waits for nothing more; the next one follows at once in a decision of its own."""
    for name in work.durable.held:
        entry = work.durable.intents[name].intent
        assert isinstance(entry, Entry)
        why = _due(work, entry)
        if why:
            _release(work, name, entry, why)
            consider_entry(work, entry)
            if work.durable.held:
                work.wake(work.now.mono_ms)
            return


def _due(work: Work, entry: Entry) -> str:
    """Why it waits no longer, "" while it does."""
    durable, volatile, now = work.durable, work.volatile, work.now.exchange_ms
    if durable.stopping or durable.kill is not None:
        return "no entries any more"
    if now - entry.generated_ms > work.settings.intent_age_ms_max or now > (entry.expires_ms or now):
        return "too old"
    if not volatile.ready or entry.symbol in volatile.leverage_asked or volatile.quote(entry.symbol) is None:
        return ""
    return f"leverage is {volatile.leverage(entry.symbol) or 'unread'}"


def _not_set(work: Work, symbol: str, asked: int, number: str, words: str) -> None:
    """Refuse every entry that waited for just this. A set without an answer may still arrive: nothing is known then
    until the account was read again, which the next cycle does."""
    volatile, durable = work.volatile, work.durable
    volatile.leverages[symbol] = 0, work.now.exchange_ms
    volatile.leverages_next_mono_ms = 0
    for name, leverage in list(durable.held.items()):
        entry = durable.intents[name].intent
        assert isinstance(entry, Entry)
        if entry.symbol == symbol and leverage == asked:
            _release(work, name, entry, f"leverage {asked} was not set")
            hint = f"{words}; {CURE}" if words else CURE
            refuse(work, name, symbol, refused(NOT_SET, number, asked, hint))


def _release(work: Work, name: str, entry: Entry, why: str) -> None:
    work.note(IntentReleased(name, why), work.durable.intents[name].correlation_id, entry.symbol)


def _words(answer: Answer) -> str:
    """What the exchange said to the set, if it said no, or why nobody knows."""
    if not isinstance(answer, Reply):
        return f"no answer: {answer.kind.value}"
    error = error_of(answer)
    if error is not None:
        return f"{error[0]} {error[1]}"
    return "" if answer.status < 300 else f"{answer.status}"

"""What would become of an intent, by the decisions that a run takes: decided on a state of its own, sent nowhere (T10).

Each answer that the next decision waits for is supposed: a leverage that was asked for is set, a look shows what the
last one did, an entry is filled at the price it was sized by. What was decided on top of such a supposition says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from hedgectl.core.decision import Decision
from hedgectl.core.engine import decide
from hedgectl.core.engine.surveying import Survey, survey
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import Send, SetLeverage
from hedgectl.core.model.event import (
    EntryAccepted,
    Event,
    ExitAccepted,
    ExitWaiting,
    Inferred,
    IntentDone,
    IntentRefused,
)
from hedgectl.core.model.evidence import OrderRow, TradeRow
from hedgectl.core.model.input import IntentReceived, LeverageTaken, OrderUpdated, SnapshotTaken, Tick
from hedgectl.core.model.intent import Entry, Intent
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Leg, Mode, Prepared, Purpose
from hedgectl.core.model.reply import Reply
from hedgectl.core.state.index import rebuild
from hedgectl.core.state.volatile import State, tiers_of

ORIGIN = "rehearsal"
SET = Reply(200, "{}")


class Outcome(StrEnum):
    """How it would go. WAITS: an exit that is sent once the account was read; NOTHING: it was, and there is nothing."""

    SEND = "would_send"
    REFUSED = "refused"
    WAITS = "waits"
    NOTHING = "nothing_to_close"


@dataclass(slots=True)
class Rehearsal:
    """What was decided, in order. `writes` are what would leave: leverage first, then the orders; `cover` the stop that
    follows once the first of them is filled at `fill_price`. `survey` None: an exit, which no gate is asked about."""

    intent: Intent
    mode: Mode | None
    survey: Survey | None
    events: list[Event] = field(default_factory=list)
    writes: list[SetLeverage | Send] = field(default_factory=list)
    cover: list[Send] = field(default_factory=list)

    @property
    def orders(self) -> list[Prepared]:
        """The intent's own orders."""
        return [each.order for each in self.writes if isinstance(each, Send)]

    @property
    def fill_price(self) -> Decimal | None:
        """At which the cover is supposed to follow: where an order rests, else what it was sized by."""
        steps = self.survey.steps if self.survey is not None else None
        resting = self.orders[0].price if self.orders else None
        return resting or (steps.price if steps is not None else None)

    @property
    def refused(self) -> IntentRefused | None:
        """Why it is turned away."""
        return next((each for each in self.events if isinstance(each, IntentRefused)), None)

    @property
    def inferred(self) -> Inferred | None:
        """The leg that was inferred from the side (X3)."""
        return next((each for each in self.events if isinstance(each, Inferred)), None)

    @property
    def accepted(self) -> EntryAccepted | ExitAccepted | None:
        """The event that takes it on."""
        return next((each for each in self.events if isinstance(each, EntryAccepted | ExitAccepted)), None)

    @property
    def waiting(self) -> str:
        """What an exit waits for."""
        return next((each.why for each in self.events if isinstance(each, ExitWaiting)), "")

    @property
    def outcome(self) -> Outcome:
        if self.refused is not None:
            return Outcome.REFUSED
        if self.orders:
            return Outcome.SEND
        return Outcome.NOTHING if any(isinstance(each, IntentDone) for each in self.events) else Outcome.WAITS


def lean(state: State) -> None:
    """Leave out of a state what no new intent can meet: finished orders and counted trades."""
    durable, settings = state.durable, state.settings
    durable.done.clear()
    durable.trades.clear()
    durable.strangers.clear()
    state.index = rebuild(durable, tiers_of(settings), settings.symbols)


def recall(state: State, intent_ids: Iterable[str]) -> None:
    """Of the intents that are over, keep only those of these names: each copy of the state is the cheaper for it."""
    known = state.durable.intents_done
    state.durable.intents_done = {name: known[name] for name in intent_ids if name in known}


def forked(state: State) -> State:
    """A state to decide on beside this one; what never changes is shared."""
    durable, quotes = state.durable, state.volatile.quotes
    fixed = (state.settings, *durable.instruments.values(), *durable.brackets.values(), *quotes.values())
    return deepcopy(state, {id(each): each for each in fixed})


def rehearse(state: State, intent: Intent, now: Moment, look: SnapshotTaken | None = None) -> Rehearsal:
    """Decide one intent; `state` is moved by it. `look` is the account as it was last read, if it was."""
    surveyed = survey(Work(state, now), intent) if isinstance(intent, Entry) else None
    found = Rehearsal(intent, state.durable.mode, surveyed)
    _take(found, decide(state, IntentReceived(intent, ORIGIN), now))
    for command in [each for each in found.writes if isinstance(each, SetLeverage)]:
        _take(found, decide(state, LeverageTaken(command.symbol, command.leverage, SET), now))
    for _ in range(state.settings.risk.held_max):
        if intent.intent_id not in state.durable.held:
            break
        _take(found, decide(state, Tick(), now))  # what was held before it is vetted first
    if found.waiting and look is not None:
        _take(found, decide(state, replace(look, asked_ms=now.exchange_ms), now))
    _cover(found, state, now)
    return found


def _take(found: Rehearsal, decision: Decision) -> None:
    """What of a decision belongs to the intent."""
    name = found.intent.intent_id
    correlation_id = next((each.correlation_id for each in decision.notes if _names(each.event, name)), "")
    found.events += [each.event for each in decision.notes if correlation_id and each.correlation_id == correlation_id]
    for command in decision.commands:
        if isinstance(command, SetLeverage) or (isinstance(command, Send) and command.order.intent_id == name):
            found.writes.append(command)


def _names(event: Event, intent_id: str) -> bool:
    intent = getattr(event, "entry", None) or getattr(event, "exit", None)
    return getattr(intent or event, "intent_id", "") == intent_id


def _cover(found: Rehearsal, state: State, now: Moment) -> None:
    """The first order of an entry is filled: the stop that is sent for it, unless the leg has one."""
    first = next((each for each in found.orders if each.purpose is Purpose.ENTRY and not each.paper), None)
    price = found.fill_price
    if first is None or price is None:
        return
    quantity, leg = first.quantity or ZERO, Leg(first.position_side)
    symbol, name, at_ms = first.symbol, first.client_id, now.exchange_ms
    trade = TradeRow(symbol, 1, 1, name, first.side, leg, quantity, price, ZERO, "USDT", ZERO, False, at_ms)
    kind = first.kind.value
    row = OrderRow(symbol, 1, name, first.side, leg, kind, "FILLED", quantity, quantity, ZERO, False, at_ms)
    decision = decide(state, OrderUpdated(row, "TRADE", trade), now)
    found.cover += [each for each in decision.commands if isinstance(each, Send) and each.order.symbol == first.symbol]

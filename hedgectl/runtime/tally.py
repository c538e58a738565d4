"""What a run did, counted from its events as they are noted: the summary's numbers and belief's history."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from decimal import Decimal

from hedgectl.core.decision import Noted
from hedgectl.core.model import event as ev
from hedgectl.core.model.moment import Moment
from hedgectl.core.state.volatile import State
from hedgectl.screens.view import IntentView

BELIEFS_MAX = 200_000
INTENTS_SHOWN = 12


class Tally:
    """`on_notes` is called with every decision's notes, in order, right after it was applied.

    `beliefs` holds per leg what we held from when on (exchange ms), for the measures; it is bounded, `beliefs_dropped`
    says whether the bound was met.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.beliefs: dict[tuple[str, str], list[tuple[int, Decimal]]] = {}
        self.beliefs_kept = 0
        self.beliefs_dropped = False
        self.intents: dict[str, IntentView] = {}
        self._order: deque[str] = deque()
        self.last_trace = ""
        self.unread = ""
        self.nav_start: Decimal | None = None

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None:
        """Count, and remember what screens show."""
        for noted in notes:
            event = noted.event
            self.counts[event.kind] += 1
            match event:
                case ev.Filled():
                    self._believed(event.trade.symbol, event.leg.value, now)
                case ev.PositionCorrected():
                    self._believed(event.symbol, event.leg.value, now)
                case ev.IntentRefused():
                    self.refusals[event.code] += 1
                    self._show_refused(event, now)
                case ev.EntryAccepted() | ev.ExitAccepted():
                    self._show_taken(event, now)
                case ev.IntentDone():
                    self._show_done(event)
                case ev.Alert(code=code) if code.startswith("read."):
                    self.unread = f"{code} {event.what}"

    def _believed(self, symbol: str, leg: str, now: Moment) -> None:
        if self.beliefs_kept >= BELIEFS_MAX:
            self.beliefs_dropped = True
            return
        self.beliefs_kept += 1
        position = self._state.durable.positions.get(f"{symbol}|{leg}")
        quantity = position.quantity if position is not None else Decimal(0)
        self.beliefs.setdefault((symbol, leg), []).append((now.exchange_ms, quantity))

    def _remember(self, intent_id: str, view: IntentView) -> None:
        if intent_id not in self.intents:
            self._order.append(intent_id)
            if len(self._order) > INTENTS_SHOWN:
                self.intents.pop(self._order.popleft(), None)
        self.intents[intent_id] = view

    def _show_refused(self, event: ev.IntentRefused, now: Moment) -> None:
        detail = f"{event.code} {event.number}"
        view = IntentView(now.exchange_ms, event.correlation_id, "", event.symbol, "", "refused", detail, True)
        self._remember(event.intent_id, view)

    def _show_taken(self, event: ev.EntryAccepted | ev.ExitAccepted, now: Moment) -> None:
        if isinstance(event, ev.EntryAccepted):
            intent_id, symbol, side = event.entry.intent_id, event.entry.symbol, event.entry.side.value
            wish = f"{event.notional_usdt:.0f}"
        else:
            intent_id, symbol = event.exit.intent_id, event.exit.symbol
            side = "SELL" if event.leg.value == "LONG" else "BUY"
            wish = "exit"
        self.last_trace = event.correlation_id
        self._remember(intent_id, IntentView(now.exchange_ms, event.correlation_id, side, symbol, wish, "sent"))

    def _show_done(self, event: ev.IntentDone) -> None:
        known = self.intents.get(event.intent_id)
        if known is not None:
            filled = f"{event.filled.normalize():f}" if event.filled else ""
            self.intents[event.intent_id] = IntentView(
                known.at_ms, known.name, known.side, known.symbol, known.wish, event.outcome, filled
            )

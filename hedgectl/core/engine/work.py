"""One decision under way: the state, the moment, and what has been decided so far.

An event is applied the moment it is noted, so that later steps of the same decision see it. Nothing else moves
durable state.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.decision import Decision, Noted
from hedgectl.core.model.command import Command, ReadSnapshot, ReadTrades, Wake
from hedgectl.core.model.event import Alert, Event
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Lane
from hedgectl.core.state.apply import apply
from hedgectl.core.state.durable import Durable
from hedgectl.core.state.index import Index
from hedgectl.core.state.volatile import State, Volatile

SNAPSHOT_WEIGHT = 100
TRADES_WEIGHT = 5
LOOK_WEIGHT = 2  # the order, and the time
BESIDE_SHARE = Decimal("0.5")


class Work:
    """Collects the notes and commands of one `decide`."""

    __slots__ = ("decision", "durable", "index", "now", "settings", "state", "volatile")

    def __init__(self, state: State, now: Moment) -> None:
        self.state = state
        self.now = now
        self.decision = Decision()
        self.durable: Durable = state.durable
        self.volatile: Volatile = state.volatile
        self.index: Index = state.index
        self.settings = state.settings

    def note(self, event: Event, correlation_id: str = "", symbol: str = "") -> None:
        """It happened: apply it, and journal it."""
        apply(self.state, event)
        self.decision.notes.append(Noted(event, correlation_id, symbol))

    def command(self, command: Command) -> None:
        """Have the runtime do it."""
        self.decision.commands.append(command)

    def alert(self, code: str, symbol: str, what: str, hint: str, correlation_id: str = "") -> None:
        """A person should know."""
        self.note(Alert(code, symbol, what, hint), correlation_id, symbol)

    def wake(self, mono_ms: int) -> None:
        """Come back no later than this."""
        self.command(Wake(mono_ms))

    def want_snapshot(self, why: str, regular: bool = False) -> None:
        """Look at the account now; if a look is under way, once more after it; with the regular one of the cycle, when
        the looks beside it have used up their part of the rate budget (X8)."""
        volatile = self.volatile
        spare = regular or volatile.budget.weight.left(BESIDE_SHARE, self.now.exchange_ms) >= SNAPSHOT_WEIGHT
        if volatile.snapshot_asked_mono_ms is not None or not spare or not self.may_read(SNAPSHOT_WEIGHT):
            volatile.snapshot_wanted = why
            return
        volatile.snapshot_wanted = ""
        volatile.snapshot_asked_mono_ms = self.now.mono_ms
        volatile.snapshot_next_mono_ms = self.now.mono_ms + self.settings.cycle_ms
        self.command(ReadSnapshot(why))

    def want_trades(self, symbol: str, since_ms: int) -> None:
        """Read own trades of a symbol; one read at a time, and from the earliest time anybody asked for."""
        volatile = self.volatile
        if symbol in volatile.trades_asked or not self.may_read(TRADES_WEIGHT):
            volatile.trades_wanted[symbol] = min(since_ms, volatile.trades_wanted.get(symbol, since_ms))
            return
        volatile.trades_asked[symbol] = since_ms
        self.command(ReadTrades(symbol, since_ms))

    def told_to_wait(self, status: int, until_ms: int) -> None:
        """The exchange asked to be left alone until then (429, 418)."""
        self.volatile.budget.told(status, until_ms)
        self.volatile.hushed_until_ms = max(self.volatile.hushed_until_ms, until_ms)

    def may_read(self, weight: int) -> bool:
        """Whether the reconcile lane has room for a read; it is counted as spent then."""
        return self.volatile.budget.grant(Lane.RECONCILE, weight, 0, self.now.exchange_ms).approved

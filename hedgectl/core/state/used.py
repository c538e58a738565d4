"""Which volatile values a decision reads: taken before it moves them, journaled with its input, put back for a replay.

`used` is a part of Volatile under the names of its fields, and only what is not empty. A value belongs here if it can
change which *events* an input yields; what only moves commands (when to look, when to wake) does not (DESIGN 1.2).
Quotes and leverages are noted where they are read. The first input of a run carries the settings: a journal replays by
itself.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any

from hedgectl.core.model import input as given_
from hedgectl.core.model.codec import decoder
from hedgectl.core.model.intent import Exit
from hedgectl.core.orders.lanes import Budget, Shares
from hedgectl.core.settings import Settings
from hedgectl.core.state.volatile import State, Volatile

SETTINGS = "settings"
SENSORS = ("clock_measured", "checked", "snapshot_ms", "quotes_ms", "stream_up", "stream_since_ms", "stream_down_ms")
REVIEWED = ("doubts", "bare", "failures", *SENSORS)
VETTED = (
    "checked", "clock_measured", "journal_dead", "failures", "budget", "wallet", "snapshot_ms", "leverage_asked"
)  # fmt: skip
LOOKED_AT = ("settling", "cover_lost_ms", "strays", "repaired_ms", "summed", "exit_due_mono_ms", "cancel_after_mono_ms")
READS: dict[type, tuple[str, ...]] = {
    given_.Started: (),
    given_.IntentReceived: VETTED,
    given_.IntentInvalid: (),
    given_.CreateAnswered: ("strange_codes",),
    given_.CreateVoided: (),
    given_.CancelAnswered: ("strange_codes",),
    given_.LookedUp: ("settling",),
    given_.OrderUpdated: (),
    given_.AlgoUpdated: (),
    given_.PositionsUpdated: (),
    given_.StreamChanged: (),
    given_.TradesTaken: ("settling", "stop_seen_ms", "stop_asked_mono_ms"),
    given_.SnapshotTaken: (*LOOKED_AT, *REVIEWED),
    given_.QuotesTaken: (),
    given_.InstrumentsTaken: (),
    given_.LeveragesTaken: (),
    given_.LeverageTaken: ("leverage_asked",),
    given_.BracketsTaken: (),
    given_.ClockMeasured: ("clock_measured", "wallet"),
    given_.ReadFailed: (*REVIEWED, "leverage_asked"),
    given_.ReadRetried: (),
    given_.SourceFailed: (),
    given_.SinkChanged: (),
    given_.KillAsked: ("cancel_after_mono_ms",),
    given_.KillActed: (),
    given_.RearmAsked: (),
    given_.StopRequested: ("cancel_after_mono_ms",),
    given_.Tick: ("hushed_until_ms", "exit_due_mono_ms", "entries_resting", "cancel_after_mono_ms", *REVIEWED),
}
"""By type of input: the fields of Volatile that decide its events, apart from what is noted where it is read."""

VETS_HELD = (given_.Tick, given_.LeverageTaken)
"""While entries are held these vet one of them, and read what an intent's arrival does."""


def _of_order(state: State, given: Any) -> str:
    live = state.durable.orders.get(given.client_id)
    return live.order.symbol if live is not None else ""  # it is over: nothing follows from this input


SYMBOL_OF: dict[type, Callable[[State, Any], str]] = {
    given_.CreateAnswered: _of_order,
    given_.CreateVoided: _of_order,
    given_.LookedUp: _of_order,
    given_.OrderUpdated: lambda state, given: given.row.symbol,
    given_.AlgoUpdated: lambda state, given: given.row.symbol,
    given_.TradesTaken: lambda state, given: given.symbol,
}
"""Inputs that tend the cover of one symbol, and so read what is `bare` of it."""

Copy = Callable[[Any], object]
Back = Callable[[Any], Any]
UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError)


def taken(state: State, given: given_.Input) -> dict[str, Any]:
    """What the decision on an input will read, copied before it moves: a new dict of data that `encode` takes."""
    used: dict[str, Any] = {}
    if isinstance(given, given_.IntentReceived) and type(given.intent) is Exit:
        return used  # an exit asks nothing volatile (L2)
    volatile = state.volatile
    copies = _COPIES[type(given)]
    if state.durable.held and isinstance(given, VETS_HELD):
        copies += _COPIES[given_.IntentReceived]
    for name, copy in copies:
        value = getattr(volatile, name)
        if value:
            used[name] = copy(value)
    if volatile.bare and type(given) in SYMBOL_OF:
        symbol = SYMBOL_OF[type(given)](state, given)
        bare = {key: each for key, each in volatile.bare.items() if symbol and key.startswith(symbol)}
        if bare:
            used["bare"] = _WAYS["bare"][0](bare)
            doubts = {key: each for key, each in volatile.doubts.items() if key in bare}
            if doubts:
                used["doubts"] = _WAYS["doubts"][0](doubts)
    if type(given) is given_.Started:
        used[SETTINGS] = state.settings
    return used


def settings_in(used: Mapping[str, Any]) -> Settings | None:
    """The settings of a run, from its first input; None when it did not journal them. Raises ValueError when another
    version did."""
    if SETTINGS not in used:
        return None
    try:
        if unknown := used[SETTINGS].keys() - Settings.__dataclass_fields__.keys():
            raise ValueError(f"unknown {min(unknown)}")
        settings: Settings = decoder(Settings)(used[SETTINGS])
    except UNREADABLE as wrong:
        raise ValueError(f"settings of another version: {wrong}") from wrong
    return settings


def restored(used: Mapping[str, Any], settings: Settings) -> Volatile:
    """A Volatile with nothing in it but what was journaled as used. Raises ValueError when another version took it."""
    budget = budget_of(settings)
    try:
        if "budget" in used:
            budget.entries_after_ms, *counts = used["budget"]
            for window, count in zip((budget.weight, budget.orders_10s, budget.orders_1m), counts, strict=True):
                window.limit, window.index, window.used = count
        values = {name: _BACK[name](value) for name, value in used.items() if name not in ("budget", SETTINGS)}
    except UNREADABLE as wrong:
        raise ValueError(f"used by another version: {wrong}") from wrong
    return Volatile(budget, **values)


def budget_of(settings: Settings) -> Budget:
    """A budget as a run begins with it."""
    return Budget(Shares(Decimal(str(settings.entry_rate_share)), Decimal(str(settings.reconcile_rate_share))))


_window = attrgetter("limit", "index", "used")


def _spent(budget: Budget) -> tuple[object, ...]:
    """What a grant to an entry looks at."""
    windows = _window(budget.weight), _window(budget.orders_10s), _window(budget.orders_1m)
    return budget.entries_after_ms, *windows


def _same(value: object) -> object:
    return value


def _ways(hint: Any) -> tuple[Copy, Back]:
    """How a field is copied, and read back. What moves in place is taken as the row of its values."""
    if hint is Budget:
        return _spent, _same
    if typing.get_origin(hint) is not dict:
        return _same, decoder(hint)
    cls: Any = typing.get_args(hint)[1]
    if "__dataclass_params__" not in vars(cls) or cls.__dataclass_params__.frozen:
        return dict, decoder(hint)
    hints = typing.get_type_hints(cls)
    row, back = attrgetter(*hints), decoder(tuple[tuple(hints.values())])  # type: ignore[misc]
    return (
        lambda value: {key: row(each) for key, each in value.items()},
        lambda value: {key: cls(*back(each)) for key, each in value.items()},
    )


_WAYS = {name: _ways(hint) for name, hint in typing.get_type_hints(Volatile).items() if name != "used"}
_BACK = {name: back for name, (_, back) in _WAYS.items()}
_COPIES = {kind: tuple((name, _WAYS[name][0]) for name in names) for kind, names in READS.items()}

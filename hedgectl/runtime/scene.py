"""What an intent is rehearsed against: a state put together from a journal, from files and from suppositions (T10).

Everything comes in through `decide` and `apply`, as it does in a run. The journal is read and never written; nothing
here reaches a network, so that offline use loads no client (`runtime.reading` looks at a venue).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from hedgectl import __version__
from hedgectl.config.convert import settings_hash
from hedgectl.config.instruments import Instruments
from hedgectl.core.engine import decide
from hedgectl.core.engine.covering import forget_cover_if_flat
from hedgectl.core.engine.rehearsing import Rehearsal, forked, lean, rehearse
from hedgectl.core.engine.work import Work
from hedgectl.core.model.codec import decode
from hedgectl.core.model.event import Event, ModeRead, PositionCorrected, PositionLeft, RunStarted
from hedgectl.core.model.evidence import Quote, Wallet
from hedgectl.core.model.input import (
    ClockMeasured,
    InstrumentsTaken,
    KillAsked,
    QuotesTaken,
    SnapshotTaken,
    Started,
)
from hedgectl.core.model.intent import Intent
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Leg, Mode
from hedgectl.core.settings import Settings
from hedgectl.core.state.apply import apply
from hedgectl.core.state.durable import key_of
from hedgectl.core.state.used import budget_of
from hedgectl.core.state.volatile import State, fresh_state
from hedgectl.intake.book import BookFile, Held
from hedgectl.runtime import kill_file
from hedgectl.runtime.folders import JOURNAL, restored
from hedgectl.store.reader import open_reader
from hedgectl.store.rows import JournalUnusable

NAME = "route-dry-run"
BOTH = (Mode.HEDGE, Mode.ONE_WAY)
MONO_MS = 1_000_000_000_000
"""The monotonic clock of a scene: ages are measured back from here."""


@dataclass(frozen=True, slots=True)
class Supposed:
    """What was given by hand. None: not given."""

    nav_usdt: Decimal | None = None
    mode: Mode | None = None
    book: BookFile | None = None

    @property
    def quotes(self) -> tuple[Quote, ...]:
        return tuple(each.quote for each in self.book.touches) if self.book is not None else ()

    @property
    def positions(self) -> tuple[Held, ...] | None:
        return self.book.positions if self.book is not None else None


@dataclass(frozen=True, slots=True)
class Past:
    """A journal, and how old its last row is (seconds); `environment` is that of the run that wrote it."""

    journal: Path
    age_s: float
    environment: str


@dataclass(slots=True)
class Scene:
    """A state at a moment. `modes`: the one that is known, or both where none is. `look`: the account, if it was read;
    `past`: the journal that throttles, posture and kill switch come from; `moved`: legs that it believed otherwise."""

    state: State
    now: Moment
    modes: tuple[Mode, ...]
    past: Past | None = None
    look: SnapshotTaken | None = None
    moved: list[str] = field(default_factory=list)

    def rehearse(self, intent: Intent, mode: Mode) -> Rehearsal:
        """One intent by itself: no other one leaves a trace in what it meets."""
        state = forked(self.state)
        if state.durable.mode is not mode:
            apply(state, ModeRead(mode, "", "supposed"))
        look = replace(self.look, mode=mode) if self.look is not None else None
        return rehearse(state, intent, self.now, look)


def past_of(folder: Path | None, now_ms: int) -> Past | None:
    """The journal of a folder, None where there is none. Raises JournalUnusable."""
    path = folder / JOURNAL if folder is not None else None
    if path is None or not path.is_file():
        return None
    with open_reader(path) as reader:
        rows, begun = reader.tail(1), reader.by_kind("run.started", 1)
    try:
        environment = decode(RunStarted, begun[-1][5]).environment if begun else ""
    except ValueError as wrong:
        raise JournalUnusable(f"{path}: seq {begun[-1][0]} cannot be read ({wrong})") from wrong
    return Past(path, max(now_ms - rows[-1][1], 0) / 1000 if rows else 0.0, environment)


def begun(settings: Settings, past: Past | None, state_dir: Path | None, environment: str, now: Moment) -> State:
    """A state as a run would begin with now. `state_dir` None: its KILL file does not count. Raises JournalUnusable."""
    if past is not None:
        state = restored(past.journal.parent, settings)[0]
        lean(state)
    else:
        state = fresh_state(settings, budget_of(settings))
    decide(state, Started(NAME, __version__, environment, settings_hash(settings)), now)
    state.volatile.budget = budget_of(settings)  # what a start reads is not spent here
    pulled = kill_file.read(state_dir) if state_dir is not None else None
    if pulled is not None:
        decide(state, KillAsked(pulled.mode, pulled.why, pulled.by), now)
    return state


def believe(state: State, held: Iterable[Held], now: Moment, strangers: bool = False) -> list[str]:
    """Have the state believe that just these legs are open; the legs that it believed otherwise. `strangers`: a leg
    that it knew nothing of is left alone where the desk adopts none."""
    durable, told = state.durable, {key_of(each.symbol, each.leg): each for each in held}
    moved = []
    for key in dict.fromkeys((*durable.positions, *told)):
        known, each = durable.positions.get(key), told.get(key)
        was, quantity = known.quantity if known else ZERO, each.quantity if each else ZERO
        if was == quantity or durable.left.get(key) == quantity:
            continue
        moved.append(key)
        symbol, _, leg = key.partition("|")
        event: Event = PositionCorrected(
            symbol, Leg(leg), quantity, each.entry_price if each else ZERO, was, "supposed", now.exchange_ms
        )
        if strangers and known is None and not state.settings.repair.adopt:
            event = PositionLeft(symbol, Leg(leg), quantity, now.exchange_ms)
        apply(state, event)
        forget_cover_if_flat(Work(state, now), key)
    return moved


def worth(nav_usdt: Decimal, now: Moment) -> Wallet:
    """An account of USDT alone."""
    return Wallet(nav_usdt, ZERO, nav_usdt, nav_usdt, now.exchange_ms)


def quote(state: State, quotes: Iterable[Quote], now: Moment) -> None:
    """Hand in quotes, each as old as it says."""
    for each in quotes:
        age_ms = max(now.exchange_ms - each.at_ms, 0)
        then = replace(now, mono_ms=now.mono_ms - age_ms, exchange_ms=now.exchange_ms - age_ms)
        decide(state, QuotesTaken((each,)), then)


def modes_of(state: State, supposed: Supposed) -> tuple[Mode, ...]:
    """The mode as given; else that of the legs which are given; else that which the account had; else both."""
    if supposed.mode is not None:
        return (supposed.mode,)
    if supposed.positions:
        return (Mode.ONE_WAY if supposed.positions[0].leg is Leg.BOTH else Mode.HEDGE,)
    return (state.durable.mode,) if state.durable.mode is not None else BOTH


def offline(
    settings: Settings, rules: Instruments, supposed: Supposed, state: State, past: Past | None, now: Moment
) -> Scene:
    """A scene without a network. An account of which no NAV is given was not looked at, and is refused as such."""
    durable, volatile = state.durable, state.volatile
    limits = durable.weight_limit_1m, durable.order_limit_10s, durable.order_limit_1m
    decide(state, InstrumentsTaken(tuple(each.rules for each in rules.listed.values()), *limits), now)
    moved = believe(state, supposed.positions, now) if supposed.positions is not None else []
    if supposed.nav_usdt is not None:
        volatile.wallet, volatile.wallet_mono_ms = worth(supposed.nav_usdt, now), now.mono_ms
        volatile.checked, volatile.snapshot_ms = True, now.exchange_ms
    decide(state, ClockMeasured(0, 0), now)
    priced = tuple(
        Quote(symbol, each.price, each.price, each.price, now.exchange_ms) for symbol, each in rules.listed.items()
    )
    quote(state, supposed.quotes or priced, now)
    return Scene(state, now, modes_of(state, supposed), past, None, moved)

"""What `status` says: the last run, its book, its day and what is wrong, from a journal alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from hedgectl.screens.ink import Line, Part, Tone, line
from hedgectl.screens.view import KillView, SinkView
from hedgectl.screens.words import UNKNOWN, day_clock, duration, grouped, money, plural, price, quantity


@dataclass(frozen=True, slots=True)
class LegView:
    """A leg as the journal adds it up. `stop_price` None: no stop was seen resting, or it was lost since."""

    symbol: str
    leg: str
    quantity: Decimal
    entry_price: Decimal
    stop_price: Decimal | None

    @property
    def covered(self) -> bool:
        return self.stop_price is not None


@dataclass(frozen=True, slots=True)
class OtherView:
    """A journal that is not shown here, where it is, and how long ago it was written."""

    journal: str
    state_dir: str
    age_s: float


@dataclass(frozen=True, slots=True)
class StatusView:
    """A run as its journal tells it. `age_s`: since the last event; `live`: somebody answers on its control socket.

    `kill` is the switch while it is on, `kill_note` what is still to come of it; `staged` the first-live profile in
    words, "" where it does not hold. `others` are journals beside this one that somebody may mean; `sinks` are those
    of a run that answers. `gap`: why what was read is not the whole book, "" also where it is only too long.
    """

    journal: str
    run_id: str
    environment: str
    version: str
    started_ms: int
    last_ms: int
    age_s: float
    live: bool
    ended: str = ""
    complete: bool = True
    legs: tuple[LegView, ...] = ()
    unknown_orders: int = 0
    intents: int = 0
    refused: int = 0
    done: int = 0
    fills: int = 0
    fees: tuple[tuple[str, Decimal], ...] = ()
    realised_usdt: Decimal = Decimal(0)
    refusals: tuple[tuple[str, int], ...] = ()
    alerts: tuple[tuple[str, str, str], ...] = field(default=())
    kill: KillView | None = None
    kill_note: str = ""
    staged: str = ""
    others: tuple[OtherView, ...] = ()
    sinks: tuple[SinkView, ...] = ()
    gap: str = ""


LABEL = 10
LONGER, LAST_ROWS = "the journal is longer than status reads", "only its last rows were read"


def status_lines(view: StatusView) -> list[Line]:
    """The status, one fact a row; problems last."""
    rows = [
        _row("run", _state(view), f"  {view.environment}  {view.run_id}  since {day_clock(view.started_ms)}"),
        *(_kill(view.kill, view.kill_note) if view.kill is not None else ()),
        *([_row("limits", (view.staged, Tone.WARN))] if view.staged else ()),
        _row("book", *_book(view)),
        *(_leg(each) for each in view.legs),
        _row("intents", f"{grouped(str(view.intents))} taken  {view.done} done  {view.refused} refused", _why(view)),
        _row("fills", f"{grouped(str(view.fills))}  realised {_realised(view)}{_fees(view)}"),
        _row("journal", view.journal, ("" if view.complete else f"  {view.gap or LAST_ROWS}", Tone.WARN)),
        *(_other(each) for each in view.others),
    ]
    rows += [_sink(each, first=not at) for at, each in enumerate(view.sinks)]
    if view.unknown_orders:
        rows.append(_row("unknown", (f"{plural(view.unknown_orders, 'order')} unsettled", Tone.WARN)))
    for code, what, hint in view.alerts:
        rows.append(_row("alert", (f"{code}  ", Tone.BAD), what, (f"   {hint}" if hint else "", Tone.HINT)))
    for each in view.legs:
        if not each.covered:
            rows.append(_row("problem", (f"{each.symbol} {each.leg} has no stop", Tone.BAD)))
    return rows


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<{LABEL}}", Tone.DIM), *parts, hang=LABEL)


def _other(each: OtherView) -> Line:
    said = f"{each.journal}, written {duration(each.age_s)} ago   "
    return _row("beside it", said, (f"hedgectl status --state-dir {each.state_dir}", Tone.HINT))


def _state(view: StatusView) -> Part:
    if view.live:
        return f"live, last event {duration(view.age_s)} ago", Tone.GOOD
    if view.ended:
        return f"ended by {view.ended}", Tone.PLAIN
    return "not running, and did not end in order", Tone.WARN


def _kill(kill: KillView, note: str) -> list[Line]:
    said = f"  since {day_clock(kill.at_ms)} by {kill.by}: {kill.why}"
    row = _row("kill", (f"{kill.mode}: no entries, exits stay open", Tone.BAD), said)
    return [row, _row("", (note, Tone.WARN))] if note else [row]


def _book(view: StatusView) -> list[str | Part]:
    if not view.complete:  # what was not read may hold a position: unknown is never shown as flat (O6)
        return [(f"unknown: {view.gap or LONGER}", Tone.WARN)]
    if not view.legs:
        return ["flat"]
    covered = sum(each.covered for each in view.legs)
    tone = Tone.PLAIN if covered == len(view.legs) else Tone.BAD
    return [f"{plural(len(view.legs), 'position')}, ", (f"{covered} of {len(view.legs)} with a stop", tone)]


def _leg(each: LegView) -> Line:
    size = f"{each.symbol[:14]:<15}{each.leg:<6}{quantity(each.quantity):>12} @ {price(each.entry_price):<12}"
    cover: Part = (f"stop {price(each.stop_price)}", Tone.PLAIN) if each.covered else ("NO STOP", Tone.BAD)
    return line(" " * 10, size, cover)


def _sink(each: SinkView, *, first: bool) -> Line:
    said: Part = (each.detail or "ok", Tone.PLAIN if each.ok else Tone.BAD)
    return _row("telemetry" if first else "", f"{each.name}  ", said)


def _why(view: StatusView) -> Part:
    said = "  ".join(f"{name} {count}" for name, count in view.refusals[:3])
    return (f"  {said}" if said else "", Tone.DIM)


def _realised(view: StatusView) -> str:
    return money(view.realised_usdt, sign=True) if view.complete else UNKNOWN


def _fees(view: StatusView) -> str:
    return "".join(f"  fees {quantity(amount)} {asset}" for asset, amount in view.fees)

"""What `kill` and `rearm` say: the switch as it holds now, who acted on it, what was done, what is left (R7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hedgectl.screens.ink import Line, Part, Tone, line
from hedgectl.screens.view import KillView
from hedgectl.screens.words import day_clock, duration

TONES = {"rejected": Tone.BAD, "unknown": Tone.WARN}


@dataclass(frozen=True, slots=True)
class Act:
    """One write, in words, and what its answer proves: accepted, withdrawn, gone, rejected or unknown."""

    what: str
    client_id: str
    outcome: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What the switch wants gone and is there: a resting entry, or a position (no client id)."""

    symbol: str
    leg: str
    quantity: str
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class KillAnswer:
    """`kill` holds now, None after a rearm. `seq` is where the run's journal holds it, None when no run answered, with
    `run` saying why. `acts` is what was done without a run; `left` None: it was not looked at. `written`: KILL is on
    the disk; without that, and without a run, the switch is nowhere."""

    kill: KillView | None
    run: str
    seq: int | None = None
    acts: tuple[Act, ...] = ()
    left: tuple[Left, ...] | None = None
    took_ms: int = 0
    written: bool = True

    @property
    def nowhere(self) -> bool:
        """Whether nobody keeps the switch: a run that begins now would trade."""
        return not self.written and self.seq is None


def kill_lines(told: KillAnswer) -> list[Line]:
    """The answer, one fact a row."""
    if told.nowhere:
        rows = [_row("kill", ("NOT on: it could not be written, and no run took it", Tone.BAD))]
    else:
        rows = [_row("kill", *_held(told.kill)), _row("run", *_run(told))]
    if told.acts:
        rows += [_act(each, first=not at) for at, each in enumerate(told.acts)]
    if told.left is not None:
        rows += _left(told.left)
    if told.kill is not None and not told.nowhere:
        rows.append(_row("next", ("hedgectl rearm --why TEXT", Tone.HINT), ", when it is safe"))
    return rows


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<10}", Tone.DIM), *parts)


def _held(kill: KillView | None) -> list[str | Part]:
    if kill is None:
        return [("off: entries are allowed again", Tone.GOOD)]
    return [(f"{kill.mode}: no entries, exits stay open", Tone.BAD), f"  since {day_clock(kill.at_ms)}: {kill.why}"]


def _run(told: KillAnswer) -> list[str | Part]:
    if told.seq is None:
        return [(told.run, Tone.WARN)]
    return [f"acknowledged, journal seq {told.seq}, after {duration(told.took_ms / 1000)}", (told.run, Tone.WARN)]


def _act(each: Act, *, first: bool) -> Line:
    outcome = (f"{each.outcome:<10}", TONES.get(each.outcome, Tone.GOOD))
    return _row("done" if first else "", f"{each.what:<36}", outcome, (each.client_id, Tone.DIM), f"  {each.text}")


def _left(left: Sequence[Left]) -> list[Line]:
    if not left:
        return [_row("left", ("✓ nothing", Tone.GOOD))]
    rows = []
    for at, each in enumerate(left):
        what = f"✗ {each.symbol} {each.leg} {each.quantity}" + (" resting entry" if each.client_id else "")
        rows.append(_row("" if at else "left", (what, Tone.BAD), (f"  {each.client_id}", Tone.DIM)))
    return rows

"""What a replay came to: a sentence, and a table of what is decided otherwise today."""

from __future__ import annotations

from hedgectl.core.replay import Difference, Replay
from hedgectl.screens.ink import Line, Tone, line
from hedgectl.screens.words import clock, plural

VALUE_CHARS_MAX = 60


def replay_lines(found: Replay) -> list[Line]:
    """The differences, then the sum."""
    rows = [_row(each) for each in found.differences]
    if rows:
        head = f"{'seq':>9}  {'time':<14}{'input':<18}{'story':<12}{'first difference':<40}then -> now"
        rows.insert(0, line((head, Tone.DIM)))
    rows.append(_sum(found))
    rows += [line(("! ", Tone.WARN), f"{plural(count, 'input')} not compared: {why}")
             for why, count in found.skipped.items()]  # fmt: skip
    if found.ended:
        rows.append(line(("! ", Tone.WARN), f"ended early: {found.ended}"))
    return rows


def _row(each: Difference) -> Line:
    what = f"{each.kind.removeprefix('in.'):<18}{each.correlation_id[:10]:<12}{each.where:<40}"
    at = f"{each.seq:>9}  {clock(each.at_ms, millis=True):<14}"
    return line((at, Tone.DIM), what, (_short(each.was), Tone.DIM), " -> ", (_short(each.now), Tone.BAD))


def _sum(found: Replay) -> Line:
    replayed = f"{plural(found.inputs, 'input')} replayed, "
    if found.differences:
        count = len(found.differences)
        return line(replayed, (f"{count} {'is' if count == 1 else 'are'} decided otherwise today", Tone.BAD))
    if not found.inputs:
        return line(("nothing was replayed", Tone.WARN))
    return line(replayed, ("all the same", Tone.GOOD))


def _short(value: str) -> str:
    return value if len(value) <= VALUE_CHARS_MAX else value[: VALUE_CHARS_MAX - 1] + "…"

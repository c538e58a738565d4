"""The live screen of `run`: five blocks of fixed rows, composed as lines, so that nothing wraps and nothing jumps.

Narrow terminals lose the columns that matter least (entry price first); none loses the stop or the truth column.
"""

from __future__ import annotations

from collections.abc import Iterator

from hedgectl.screens.ink import Line, Part, Tone, cut, line, spread
from hedgectl.screens.view import IntentView, PositionView, RunView, Truth
from hedgectl.screens.words import clock, duration, money, price, quantity, spark

WIDTH_MIN = 60
WIDTH_MAX = 140
ENTRY_FROM = 96
HINTS_FROM = 110
PNL_FROM = 72
POSTURES = {"GREEN": Tone.GREEN, "YELLOW": Tone.YELLOW, "ORANGE": Tone.ORANGE, "RED": Tone.RED}
ENVIRONMENTS = {"live": Tone.RED, "demo": Tone.YELLOW}


def run_lines(view: RunView, width: int, height: int = 40) -> list[Line]:
    """The screen at `width` columns and at most `height` rows; each line fits."""
    width = max(WIDTH_MIN, min(width, WIDTH_MAX))
    room = max(height - 9 - bool(view.staged), 4)
    positions = min(len(view.positions), max(room * 2 // 3, 2))
    rows = [
        _head(view, width),
        _posture(view, width),
        _entries(view),
        *([line(" " * 10, (view.staged, Tone.WARN))] if view.staged else []),
        line(),
        _titles(width),
        *_positions(view, width, positions),
        line(),
        *_intents(view, room - positions),
        line(),
        _foot(view, width),
    ]
    return [cut(row, width) for row in rows]


def status_line(view: RunView) -> str:
    """How a run is, in one line without figures that change by the second: for a service manager."""
    bare = [f"{each.symbol} {each.leg}" for each in view.positions if each.stop_price is None]
    allowed = "open" if view.entries_allowed else "closed"
    parts = [
        view.posture,
        f"kill switch {view.kill.mode}" if view.kill else f"entries {allowed}",
        f"{len(view.positions)} {'position' if len(view.positions) == 1 else 'positions'}",
        *([f"NO STOP: {', '.join(bare)}"] if bare else []),
        *([f"{view.unknown_orders} unknown"] if view.unknown_orders else []),
        *([] if view.stream_up else ["user stream down"]),
        *(f"{sink.name}: {sink.detail}" for sink in view.sinks if not sink.ok),
    ]
    return "  ".join(parts)


def _head(view: RunView, width: int) -> Line:
    tone = ENVIRONMENTS.get(view.environment, Tone.HINT)
    left = line(
        ("hedgectl  ", Tone.BOLD),
        (view.environment.upper(), tone),
        f"  {view.mode}  NAV ",
        (money(view.nav_usdt), Tone.BOLD),
    )
    process = f"  pid {view.pid}" if view.pid is not None and width >= ENTRY_FROM else ""
    return spread(left, line((f"{clock(view.at_ms)} UTC  up {duration(view.up_s)}{process}", Tone.DIM)), width)


def _posture(view: RunView, width: int) -> Line:
    tone = POSTURES.get(view.posture, Tone.BOLD)
    parts: list[str | Part] = [(f"{view.posture:<10}", tone), f"debt {view.debt_score:.2f}"]
    if view.unknown_orders:
        parts.append((f"  unknown {view.unknown_orders}", Tone.WARN))
    if view.debt_symbols or view.streak:
        parts.append(f"  symbols {view.debt_symbols}  streak {view.streak}")
    if view.debt_history:
        parts.append((f"  {spark(view.debt_history[-16:])}", Tone.DIM))
    return spread(line(*parts), line((view.posture_why, Tone.DIM)), width) if view.posture_why else line(*parts)


def _entries(view: RunView) -> Line:
    if view.kill is not None:
        killed = f"kill switch: {view.kill.mode} since {clock(view.kill.at_ms)}"
        said = f"  {view.kill.why}"
        return line(f"{'entries':<10}", (killed, Tone.BAD), "  ", ("exits always open", Tone.DIM), said)
    allowed = ("open", Tone.PLAIN) if view.entries_allowed else ("closed", Tone.WARN)
    said = f"  {view.entries}" if view.entries else ""
    return line(f"{'entries':<10}", allowed, said, "     ", ("exits always open", Tone.DIM))


def _titles(width: int) -> Line:
    pnl = f"{'PnL':>10}" if width >= PNL_FROM else ""
    entry = f"{'entry':>12}" if width >= ENTRY_FROM else ""
    return line((f"{'position':<20}{'qty':>10}{entry}{'mark':>12}{pnl}{'stop':>12}   truth", Tone.DIM))


def _positions(view: RunView, width: int, rows: int) -> Iterator[Line]:
    if not view.positions:
        yield line(("flat", Tone.DIM))
    # A position without a stop is never the one that does not fit on the screen.
    shown = sorted(view.positions, key=lambda each: each.stop_price is not None)[:rows]
    for each in view.positions:
        if each in shown:
            yield _position(each, width)
    if len(view.positions) > rows:
        yield line((f"and {len(view.positions) - rows} more", Tone.DIM))


def _position(each: PositionView, width: int) -> Line:
    parts: list[str | Part] = [f"{each.symbol[:13]:<14}{each.leg:<6}{quantity(each.quantity):>10}"]
    if width >= ENTRY_FROM:
        parts.append(f"{price(each.entry_price):>12}")
    parts.append(f"{price(each.mark_price):>12}")
    if width >= PNL_FROM:
        parts.append((f"{money(each.pnl_usdt, sign=True):>10}", Tone.DIM if each.pnl_usdt is None else Tone.PLAIN))
    if each.stop_price is None:
        parts.append((f"{'NONE ' + duration(each.naked_s) + ' !':>12}", Tone.BAD))
    else:
        parts.append(f"{price(each.stop_price):>12}")
    return line(*parts, "   ", _truth(each))


def _truth(each: PositionView) -> Part:
    if each.truth is Truth.AGREED:
        age = duration(each.truth_age_s) if each.truth_age_s is not None else "?"
        return (f"= {age}", Tone.PLAIN)
    words = {Truth.DRIFT: f"~ {quantity(each.drift)}", Truth.ORPHAN: "o theirs only", Truth.PHANTOM: "p ours only"}
    return (words.get(each.truth, "? unknown"), Tone.WARN)


def _intents(view: RunView, rows: int) -> Iterator[Line]:
    if not view.intents:
        yield line(("no intents yet", Tone.DIM))
    for each in view.intents[: max(rows, 1)]:
        yield intent_line(each)


def intent_line(each: IntentView) -> Line:
    """One intent in a row: when, which, what was wanted, what became of it."""
    tone = Tone.BAD if each.refused else Tone.GOOD if each.outcome == "filled" else Tone.PLAIN
    return line(
        (clock(each.at_ms), Tone.DIM), f"  {each.name[:10]:<11}{each.side:<5}{each.symbol[:13]:<14}{each.wish:<12}",
        (f"{each.outcome:<10}", tone), each.detail
    )  # fmt: skip


def _foot(view: RunView, width: int) -> Line:
    rest = "unknown" if view.rest_ms is None else f"{view.rest_ms}ms"
    aged = f" {view.stream_age_ms}ms" if view.stream_age_ms is not None else ""
    stream: Part = (f"up{aged}", Tone.PLAIN) if view.stream_up else ("DOWN", Tone.BAD)
    parts: list[str | Part] = [("rest ", Tone.DIM), rest, ("  stream ", Tone.DIM), stream]
    if view.weight_limit:
        share = 100 * view.weight_used // view.weight_limit
        parts += [("  weight ", Tone.DIM), (f"{share} %", Tone.WARN if share >= 80 else Tone.PLAIN)]
    if view.orders_limit:
        parts += [("  orders ", Tone.DIM), f"{view.orders_used}/{view.orders_limit}"]
    for sink in sorted(view.sinks, key=lambda each: each.ok):  # one in trouble is the last to be cut off
        word = sink.detail or ("ok" if sink.ok else "down")
        parts += [(f"  {sink.name} ", Tone.DIM), (word, Tone.PLAIN if sink.ok else Tone.BAD)]
    how_to_end = "  Ctrl-C stops" if width >= HINTS_FROM else ""
    return spread(line(*parts), line((f"seq {view.journal_seq}{how_to_end}", Tone.DIM)), width)

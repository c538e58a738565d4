"""The last word of a run: what it did, what it cost, how wrong it was and for how long."""

from __future__ import annotations

from hedgectl.screens.ink import Line, Part, Tone, line
from hedgectl.screens.view import RunSummary
from hedgectl.screens.words import UNKNOWN, duration, grouped, money, plural

REFUSALS_SHOWN = 4
LABEL = 10


def summary_lines(run: RunSummary) -> list[Line]:
    """The summary of a finished run, one fact a row."""
    real = f" in {duration(run.real_s)}" if abs(run.real_s - run.ran_s) > 1 else ""
    seed = f"  seed {run.seed}" if run.seed is not None else ""
    rows = [
        _row("run", f"{run.environment}  {duration(run.ran_s)}{real}  ended by {run.why}{seed}"),
        _row("intents", f"{grouped(str(run.intents))}  {grouped(str(run.refused))} refused", *_refusals(run)),
        _row(
            "orders",
            f"{grouped(str(run.orders))} sent  {run.rejected} rejected  {run.unknown} unknown and settled  "
            f"{plural(run.fills, 'fill')}",
        ),
        _row("money", f"realised {money(run.realised_usdt, sign=True)}  fees {money(run.fees_usdt)}  {_nav(run)}"),
        _row("wrongness", _usd_s(run.wrongness_usd_s)),
        _row("naked", _usd_s(run.naked_usd_s)),
        _row("repair", _repair(run)),
        _book(run),
    ]
    if run.faults:
        rows.append(_row("faults", "  ".join(f"{name} {count}" for name, count in run.faults)))
    rows.append(_row("journal", f"{run.journal}  seq {run.journal_seq}", (f"  {run.journal_hash[:16]}", Tone.DIM)))
    if run.last_trace:
        rows += [line(), line(("next      ", Tone.DIM), (f"hedgectl trace {run.last_trace}", Tone.HINT))]
    return rows


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<{LABEL}}", Tone.DIM), *parts, hang=LABEL)


def _refusals(run: RunSummary) -> list[Part]:
    said = "  ".join(f"{name} {count}" for name, count in run.refusals[:REFUSALS_SHOWN])
    return [(f"  {said}", Tone.DIM)] if said else []


def _nav(run: RunSummary) -> str:
    if run.nav_start_usdt is None or run.nav_end_usdt is None:
        return f"NAV {money(run.nav_end_usdt)}"
    change = money(run.nav_end_usdt - run.nav_start_usdt, sign=True)
    return f"NAV {money(run.nav_start_usdt)} → {money(run.nav_end_usdt)} ({change})"


def _usd_s(value: float | None) -> str:
    return UNKNOWN if value is None else f"{money(value)} USD·s"


def _repair(run: RunSummary) -> str:
    if run.repair_ms is None:
        return UNKNOWN if run.wrongness_usd_s is None else "nothing to repair"
    p50, p99, most = (duration(each / 1000) for each in run.repair_ms)
    return f"p50 {p50}  p99 {p99}  max {most}"


def _book(run: RunSummary) -> Line:
    if run.nav_end_usdt is None and not run.positions_open:
        return _row("book", (UNKNOWN, Tone.WARN), ": the account was never seen")
    if not run.positions_open:
        return _row("book", "flat")
    open_ = plural(run.positions_open, "position")
    if run.naked_open:
        return _row("book", f"{open_} open, ", (f"{run.naked_open} WITHOUT A STOP", Tone.BAD))
    each = "each with its stop" if run.positions_open > 1 else "with its stop"
    return _row("book", f"{open_} open, {each} on the exchange")

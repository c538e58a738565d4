"""What `sizing-check` says: the smallest order of each symbol against its cap, a bar for each, and what would help.

A bar is the smallest order as a part of the tightest cap; one that leaves the bar can't be sent. Requirement R5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from hedgectl.core.model.money import ceil_step, floor_step, plain
from hedgectl.core.risk.caps import CENT
from hedgectl.core.risk.gates_intent import NO_TIER
from hedgectl.core.risk.sizing_check import EXCHANGE, ORDER_FLOOR, QUANTITY, SYMBOL_FLOOR, Check
from hedgectl.screens.ink import Line, Part, Tone, cut, fitted, line
from hedgectl.screens.words import money

WORDS = {EXCHANGE: "min", QUANTITY: "min qty", ORDER_FLOOR: "order floor", SYMBOL_FLOOR: "symbol floor"}
HEAD = ("symbol", "smallest", "by", "cap", "NAV needed")
FULL, REST, OVER = "█", "·", "▶"
BAR_MIN, BAR_MAX = 8, 32
RATIO = 7
NEVER = "-"
GAP = "  "


@dataclass(frozen=True, slots=True)
class FixView:
    """One way out: what it is, and its rows, each with what holds now ("" for money)."""

    kind: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PostureView:
    """What a posture leaves of an order, and the symbols whose smallest is more."""

    name: str
    entry_usdt: Decimal
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SizingView:
    """The whole answer. `nav_from` and `rules` say where the numbers come from; `warnings` are (what, hint)."""

    nav_usdt: Decimal
    nav_from: str
    posture: str
    rules: str
    checks: tuple[Check, ...]
    fixes: Mapping[str, tuple[FixView, ...]] = field(default_factory=dict)
    postures: tuple[PostureView, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    nav_most_usdt: Decimal | None = None


def sizing_lines(view: SizingView, width: int) -> list[Line]:
    """The answer in at most `width` columns; a line that is to be pasted is never cut."""
    nav = money(view.nav_usdt)
    if view.nav_most_usdt is not None:
        nav += f" to {money(view.nav_most_usdt)}"
    rows = [
        _row("NAV", (nav, Tone.BOLD), f" USDT  {view.nav_from}  posture {view.posture}, a flat account"),
        _row("rules", view.rules),
    ]
    rows += [line(("! ", Tone.WARN), f"{what}  ", (hint, Tone.HINT)) for what, hint in view.warnings]
    rows = fitted(rows, width)
    if not view.checks:
        return rows
    if view.nav_most_usdt is not None:
        table = _sweep(view.checks, view.nav_usdt, view.nav_most_usdt, width)
        return [*rows, line(), *(cut(row, width) for row in table)]
    rows += [line(), *(cut(row, width) for row in _table(view.checks, width))]
    if view.postures:
        rows += [line(), *fitted(_postures(view.postures), width)]
    for each in view.checks:
        if not each.tradable:
            rows += [line(), *fitted(_conflict(each, view.fixes.get(each.symbol, ())), width)]
    return rows


def conflict(told: Check) -> str:
    """Why a symbol can't be entered, in a sentence."""
    rules = told.asked.rules
    if not rules.tradable:
        return f"{rules.symbol} is {rules.status} at the exchange"
    if told.barred:
        why = "is in no tier" if told.code == NO_TIER.name else f"takes no entry in {told.asked.posture}"
        return f"{rules.symbol} {why}"
    floor, cap = ceil_step(told.floor_usdt, CENT), floor_step(told.cap.usdt, CENT)
    return f"{rules.symbol}: smallest order {money(floor)}, {told.cap.key} leaves {money(cap)}"


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<10}", Tone.DIM), *parts)


def _table(checks: Sequence[Check], width: int) -> list[Line]:
    """A row a symbol; where it does not fit, the rounding of the floor is left out."""
    for by in (_by, _by_short):
        cells = [_cells(each, by(each)) for each in checks]
        widths = [max(len(row[at]) for row in (HEAD, *cells)) for at in range(len(HEAD))]
        room = width - 2 - sum(widths) - RATIO - len(GAP) * len(HEAD)
        if room >= BAR_MIN:
            break
    bar = max(min(room, BAR_MAX), BAR_MIN)
    rows = [line(("  " + _left(HEAD, widths) + f"{'smallest of cap':<{bar + RATIO}}{GAP}{HEAD[-1]}", Tone.DIM))]
    for each, texts in zip(checks, cells, strict=True):
        picture: Part = (f"{_bar(each, bar):<{bar + RATIO}}", Tone.GOOD if each.tradable else Tone.BAD)
        rows.append(line(_sign(each), _left(texts, widths), picture, f"{GAP}{texts[-1]:>{widths[-1]}}"))
    return rows


def _left(texts: Sequence[str], widths: Sequence[int]) -> str:
    """What stands before the bar; money to the right of its column."""
    columns = zip(texts[:-1], widths[:-1], "<><>", strict=True)
    return "".join(f"{text:{side}{room}}{GAP}" for text, room, side in columns)


def _cells(each: Check, by: str) -> tuple[str, ...]:
    needed = money(each.nav_needed_usdt) if each.nav_needed_usdt is not None else NEVER
    cap = money(floor_step(each.cap.usdt, CENT))
    return (each.symbol, money(ceil_step(each.floor_usdt, CENT)), by, cap, needed)


def _by(each: Check) -> str:
    steps = each.quantity / each.asked.rules.market_step
    return f"{_by_short(each)}: {plain(steps)} × {plain(each.asked.rules.market_step)}"


def _by_short(each: Check) -> str:
    return f"{WORDS[each.floor.key]} {plain(each.floor.least)}"


def _bar(each: Check, width: int) -> str:
    """The smallest order as a part of the cap, and how much that is; above it an arrow, and how many times."""
    if not each.cap.usdt:
        return FULL * (width - 1) + OVER + "  none"
    ratio = each.floor_usdt / each.cap.usdt
    if ratio > 1:
        times = ratio.quantize(CENT if ratio < 2 else Decimal("0.1") if ratio < 100 else Decimal(1), ROUND_CEILING)
        return f"{FULL * (width - 1)}{OVER}{min(times, Decimal(9_999)):>6}x"
    filled = int((ratio * width).to_integral_value(ROUND_CEILING))
    return f"{FULL * filled}{REST * (width - filled)}{int(ratio * 100):>5} %"


def _sign(each: Check) -> Part:
    return ("✓ ", Tone.GOOD) if each.tradable else ("✗ ", Tone.BAD)


def _postures(postures: Sequence[PostureView]) -> list[Line]:
    rows = [line(("  posture   an entry at most  too little for", Tone.DIM))]
    for each in postures:
        who: Part = (", ".join(each.refused), Tone.BAD) if each.refused else ("none", Tone.DIM)
        rows.append(line(f"  {each.name:<8}{money(each.entry_usdt):>18}  ", who, hang=30))
    return rows


def _conflict(each: Check, fixes: Sequence[FixView]) -> list[Line]:
    """One conflict and its ways out, each of which cures it alone."""
    rows = [line(("✗ ", Tone.BAD), conflict(each))]
    if not fixes:
        return [*rows, line((f"  {each.code}  ", Tone.BOLD), (elsewhere(each), Tone.HINT))]
    how = "any one of" if len(fixes) > 1 else "fix"
    rows.append(line((f"  {each.code}  ", Tone.BOLD), (how, Tone.DIM)))
    room = max(len(text) for fix in fixes for text, _ in fix.rows)
    for fix in fixes:
        for at, (text, now) in enumerate(fix.rows):
            said = (f"   now {now}" if now else "", Tone.DIM)
            rows.append(line(f"    {fix.kind if not at else '':<17}", (f"{text:<{room}}", Tone.HINT), said))
    return rows


def elsewhere(each: Check) -> str:
    """What helps where no size does."""
    if not each.asked.rules.tradable:
        return "wait until the exchange trades it again"
    if each.barred:
        return f"add {each.symbol} to the symbols of a tier" if each.code == NO_TIER.name else "hedgectl status"
    return f"take {each.symbol} out of run.symbols"


def _sweep(checks: Sequence[Check], least: Decimal, most: Decimal, width: int) -> list[Line]:
    """From which NAV on each symbol trades: first those that need least."""
    bar = max(min(width - 2 - 16 - 26, BAR_MAX * 2), BAR_MIN)
    ends = f"{money(least)}{money(most):>{max(bar - len(money(least)), 1)}}"
    rows = [line(("  " + " " * 16 + ends, Tone.DIM))]
    for each in sorted(checks, key=lambda told: (told.nav_needed_usdt is None, told.nav_needed_usdt or 0)):
        needed = each.nav_needed_usdt
        if needed is None:
            off, said, tone = bar, f"at no NAV: {each.code}", Tone.BAD
        else:
            part = min(max((needed - least) / (most - least), Decimal(0)), Decimal(1))
            off = int((part * bar).to_integral_value(ROUND_CEILING))
            said, tone = f"from {money(needed)}", Tone.GOOD if needed <= most else Tone.BAD
        sign: Part = ("✓ ", Tone.GOOD) if needed is not None and needed <= least else ("· ", Tone.DIM)
        sign = ("✗ ", Tone.BAD) if tone is Tone.BAD else sign
        rows.append(line(sign, f"{each.symbol:<16}", (REST * off, Tone.DIM), (FULL * (bar - off), tone), f"  {said}"))
    return rows

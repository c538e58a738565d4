"""What `reconcile` says: what was compared, each difference and what is done about it, what was repaired, what is left.

A table where the terminal is wide enough for it, else two rows for each difference. Requirement B8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hedgectl.core.reconcile.finding import Finding
from hedgectl.screens.ink import Line, Part, Tone, fitted, folded, line
from hedgectl.screens.words import clock, duration, plural

HEAD = ("symbol", "leg", "kind", "ours", "theirs", "known", "repair")
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison: the account as it was asked for `age_ms` ago, with how much of it there was. `more` findings did
    not fit; `moving` legs changed at that very moment, and were not compared."""

    mode: str
    legs: int
    orders: int
    stops: int
    age_ms: int
    findings: tuple[Finding, ...] = ()
    more: int = 0
    moving: int = 0

    @property
    def differences(self) -> int:
        """How many that count."""
        return sum(not each.harmless for each in self.findings) + self.more

    @property
    def repairable(self) -> bool:
        """Whether the executor can do something about any of them."""
        return any(each.repairable for each in self.findings)

    def about(self, symbol: str) -> Compared:
        """What was found about one symbol, and the account."""
        return replace(self, findings=tuple(each for each in self.findings if each.symbol in ("", symbol)))


@dataclass(frozen=True, slots=True)
class Repair:
    """An event that repaired something, or tried to, in words."""

    at_ms: int
    symbol: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The whole answer. `live`: a run compared, from inside; else `belief_s` is the age of what was compared, None
    where there is no journal. `left` None: nothing was to be repaired, or nobody asked for it."""

    environment: str
    live: bool
    symbol: str
    first: Compared
    belief_s: float | None = 0.0
    repaired: tuple[Repair, ...] = ()
    left: Compared | None = None
    took_ms: int = 0

    @property
    def last(self) -> Compared:
        """The comparison that counts."""
        return self.first if self.left is None else self.left


def reconcile_lines(told: Reconciled, width: int, repair: str) -> list[Line]:
    """The answer in at most `width` columns; `repair` is the command that repairs."""
    if not told.first.findings and told.left is None:
        return folded(line(("✓ no difference  ", Tone.GOOD), _compared(told, told.first)), width)
    rows = [_row("compared", _compared(told, told.first)), *_table(told.first, width)]
    if told.left is None:
        rows += [line(), _row("found", *_sum(told.first))]
        if told.first.repairable:
            rows.append(_row("next", (repair, Tone.HINT)))
        return fitted(rows, width)
    rows += [line(), _row("repaired", "" if told.repaired else ("nothing", Tone.DIM))]
    rows += [_repair(each) for each in told.repaired]
    after = f"after {duration(told.took_ms / 1000)}  "
    rows += [line(), _row("left", after, *_sum(told.left)), *_table(told.left, width)]
    return fitted(rows, width)


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<10}", Tone.DIM), *parts)


def _compared(told: Reconciled, seen: Compared) -> str:
    what = f"{plural(seen.legs, 'leg')}, {plural(seen.orders, 'order')}, {plural(seen.stops, 'stop')}"
    of = f" of {told.symbol}" if told.symbol else ""
    of += f", {seen.moving} moving" if seen.moving else ""
    return f"{told.environment}  {seen.mode}  {what}{of}  seen {duration(seen.age_ms / 1000)} ago  {_belief(told)}"


def _belief(told: Reconciled) -> str:
    if told.live:
        return "belief live"
    return "no journal: nothing is believed" if told.belief_s is None else f"belief {duration(told.belief_s)} old"


def _sum(seen: Compared) -> list[Part]:
    count, told = seen.differences, len(seen.findings) + seen.more - seen.differences
    said = (plural(count, "difference"), Tone.BAD) if count else ("✓ no difference", Tone.GOOD)
    hidden = f"  {seen.more} not shown" if seen.more else ""
    return [said, (f"  {plural(told, 'order')} of others, told only" if told else "", Tone.DIM), (hidden, Tone.WARN)]


def _table(seen: Compared, width: int) -> list[Line]:
    if not seen.findings:
        return []
    cells = [_cells(each) for each in seen.findings]
    widths = [max(len(row[at]) for row in (HEAD, *cells)) + 2 for at in range(len(HEAD))]
    told = list(zip(seen.findings, cells, strict=True))
    if sum(widths) > width:
        return [row for each, texts in told for row in _stacked(each, texts, widths)]
    head = line(("  " + "".join(f"{text:<{room}}" for text, room in zip(HEAD, widths, strict=True)), Tone.DIM))
    return [head, *(row for each, texts in told for row in _flat(each, texts, widths))]


def _cells(each: Finding) -> tuple[str, ...]:
    known = duration(each.age_ms / 1000) if each.age_ms else NOTHING
    kind = each.kind.value.replace("_", " ")
    return (each.symbol or "account", each.leg, kind, each.ours or NOTHING, each.theirs, known, each.repair)


def _flat(each: Finding, texts: Sequence[str], widths: Sequence[int]) -> list[Line]:
    symbol, leg, kind, ours, theirs, known, _ = (f"{text:<{room}}" for text, room in zip(texts, widths, strict=True))
    rows = [line(_sign(each), symbol, leg, (kind, Tone.BOLD), ours, theirs, (known, Tone.DIM), _told(each))]
    if each.order:
        rows.append(line(" " * (2 + sum(widths[:3])), (each.order, Tone.DIM)))
    return rows


def _stacked(each: Finding, texts: Sequence[str], widths: Sequence[int]) -> list[Line]:
    symbol, leg, kind = (f"{text:<{room}}" for text, room in zip(texts[:3], widths[:3], strict=True))
    indent = " " * (2 + widths[0] + widths[1])
    known = f"known {texts[5]}  " if each.age_ms else ""
    rows = [
        line(_sign(each), symbol, leg, (kind, Tone.BOLD), f"{texts[3]} → {texts[4]}"),
        line(indent, (known, Tone.DIM), _told(each)),
    ]
    return [*rows, line(indent, (each.order, Tone.DIM))] if each.order else rows


def _sign(each: Finding) -> Part:
    return ("· ", Tone.DIM) if each.harmless else ("✗ ", Tone.BAD)


def _told(each: Finding) -> Part:
    if each.harmless:
        return each.repair, Tone.DIM
    return each.repair, Tone.HINT if each.repairable else Tone.WARN


def _repair(each: Repair) -> Line:
    symbol = "" if each.symbol in each.text else f"{each.symbol}  "
    return line("  ", (clock(each.at_ms, millis=True), Tone.DIM), f"  {each.word:<10}{symbol}{each.text}")

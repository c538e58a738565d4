"""What `doctor` says: a row a check, group by group, each with what was found; below them every cure, to be pasted.

Signs carry the meaning. A cure is never cut, since it is there to be copied. Requirement O2.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from hedgectl.screens.ink import Line, Part, Tone, folded, line, spread
from hedgectl.screens.words import day_clock, duration


class Severity(StrEnum):
    """What a check came to. `SKIP` was not looked at, and says why; `CRASH` broke, which is a fault of the check."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    CRASH = "crash"

    @property
    def bad(self) -> bool:
        """Whether a deploy should not go on."""
        return self in (Severity.FAIL, Severity.CRASH)


@dataclass(frozen=True, slots=True)
class Row:
    """One check as it came out. `fix` holds commands or configuration lines, one a line; `details` are further facts;
    `about` holds the same for programs."""

    id: str
    group: str
    severity: Severity
    value: str
    expected: str = ""
    fix: str = ""
    details: tuple[str, ...] = ()
    about: dict[str, str] = field(default_factory=dict)
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class DoctorView:
    """A whole examination. `place` says which exchange was asked; `at_ms` is the wall clock; `age_s` None: made just
    now. `redacted` counts what was taken out, by kind; None: nothing was to be."""

    environment: str
    place: str
    at_ms: int
    took_s: float
    rows: tuple[Row, ...]
    age_s: float | None = None
    redacted: dict[str, int] | None = None


SIGNS: dict[Severity, Part] = {
    Severity.PASS: ("✓ ", Tone.GOOD),
    Severity.WARN: ("! ", Tone.WARN),
    Severity.FAIL: ("✗ ", Tone.BAD),
    Severity.SKIP: ("- ", Tone.DIM),
    Severity.CRASH: ("✗ ", Tone.RED),
}
TONES = {Severity.WARN: Tone.WARN, Severity.FAIL: Tone.BAD, Severity.CRASH: Tone.RED, Severity.SKIP: Tone.DIM}
WORDS = {
    Severity.PASS: "ok",
    Severity.WARN: "warn",
    Severity.FAIL: "fail",
    Severity.CRASH: "crashed",
    Severity.SKIP: "skipped",
}
NAME, INDENT = 22, 26
TEXT_MIN = 24
WIDE = 120
"""A wider screen does not pull the last line apart."""


def doctor_lines(view: DoctorView, width: int, exit_code: int, *, verbose: bool = False) -> list[Line]:
    """The examination in at most `width` columns; only cures may be longer."""
    rows = folded(_head(view), width)
    for group in dict.fromkeys(each.group for each in view.rows):
        rows.append(line((group, Tone.BOLD)))
        for each in _together([each for each in view.rows if each.group == group], verbose):
            rows += _row(each, width, verbose)
    return [*rows, *_fixes(view.rows), line(), *_end(view, width, exit_code)]


def title(check_id: str) -> str:
    """The name of a check as people read it.

    >>> title("key-permissions")
    'key permissions'
    """
    return check_id.replace("-", " ")


def _head(view: DoctorView) -> Line:
    said: Part = ("", Tone.PLAIN)
    if view.age_s is not None:
        said = (f"  as of {day_clock(view.at_ms)}, {duration(view.age_s)} ago", Tone.WARN)
    return line(("doctor  ", Tone.DIM), (view.environment, Tone.BOLD), f"  {view.place}", said)


def _row(each: Row, width: int, verbose: bool) -> list[Line]:
    """Sign, name and value; what was expected; further facts."""
    room = max(width - INDENT, TEXT_MIN)
    value = f"crashed: {each.value}" if each.severity is Severity.CRASH else each.value
    first, *more = textwrap.wrap(value, room) or [""]
    tone = TONES.get(each.severity, Tone.PLAIN)
    head: list[str | Part] = ["  ", SIGNS[each.severity], f"{title(each.id):<{NAME}}", (first, tone)]
    wanted = f"expected {each.expected}" if each.expected and each.severity is not Severity.SKIP else ""
    below = [line(" " * INDENT, (text, tone)) for text in more]
    if not _wants(each, verbose):
        wanted = ""
    if wanted and not more and len(first) + len(wanted) + 3 <= room:
        head.append((f"   {wanted}", Tone.DIM))
    elif wanted:
        below += [line(" " * INDENT, (text, Tone.DIM)) for text in textwrap.wrap(wanted, room)]
    for text in each.details:
        below += [line(" " * INDENT, (part, Tone.DIM)) for part in textwrap.wrap(text, room, subsequent_indent="  ")]
    return [line(*head), *below]


def _together(rows: Sequence[Row], verbose: bool) -> list[Row]:
    """Checks that were skipped for one reason as one row, where the first of them stands: what is wrong is not to drown
    in what could not be looked at."""
    alike: dict[str, list[str]] = {}
    for each in rows:
        if each.severity is Severity.SKIP and not verbose:
            alike.setdefault(each.value, []).append(title(each.id))
    told: dict[str, Row] = {}
    for each in rows:
        names = alike.get(each.value, [])
        if len(names) < 2:
            told[each.id] = each
        elif each.value not in told:
            told[each.value] = replace(
                each, id=f"{len(names)} not looked at", value=f"{each.value}: {', '.join(names)}"
            )
    return list(told.values())


def _wants(each: Row, verbose: bool) -> bool:
    return verbose or each.severity in (Severity.WARN, Severity.FAIL)


def _fixes(rows: Sequence[Row]) -> list[Line]:
    """Every cure once, one a line, before it the names of the checks that it cures."""
    cures: dict[str, list[str]] = {}
    for each in rows:
        if each.fix:
            cures.setdefault(each.fix, []).append(title(each.id))
    made = [line()] if cures else []
    sign = "fix "
    for fix, (name, *others) in cures.items():
        said = ", ".join((name, *others))
        if len(said) >= NAME:
            said = f"{name} +{len(others)}" if others else name
        for text in fix.splitlines():
            made.append(line((sign, Tone.BOLD), f"{said:<{NAME}}", (text, Tone.HINT)))
            sign, said = "    ", ""
    return made


def _end(view: DoctorView, width: int, exit_code: int) -> list[Line]:
    counts = Counter(each.severity for each in view.rows)
    said = "  ".join(f"{counts[each]} {word}" for each, word in WORDS.items() if counts[each])
    tone = Tone.BAD if exit_code else Tone.GOOD
    end = line(f"{said}  ", (f"{view.took_s:.1f} s", Tone.DIM))
    rows = [spread(end, line((f"exit {exit_code}", tone)), min(width, WIDE))]
    if view.redacted is not None:
        what = ", ".join(f"{count} × {kind}" for kind, count in sorted(view.redacted.items())) or "nothing had to be"
        rows += folded(line(("redacted: ", Tone.DIM), what), width)
    return rows

"""A drill's report: laws held and broken, states reached, how wrong, how bare, how soon repaired; what to run next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hedgectl.screens.ink import Line, Part, Tone, fitted, line
from hedgectl.screens.words import duration, grouped, money, plural

NAME_WIDTH = 10
FAILING_SHOWN, SAID_SHOWN = 10, 3

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class FailingLife:
    """A life that broke laws: what it broke, and the command that lives it again."""

    what: tuple[str, ...]
    replay: str


@dataclass(frozen=True, slots=True)
class DrillView:
    """A finished sweep. Threes are p50, p99 and the most; times are seconds, money is USDT. `laws`: in how many lives
    each was broken; `missed`: declared states that so many lives should have reached."""

    profile: str
    seeds: str
    lives: int
    took_s: float
    intents: int
    orders: int
    kills: int
    laws: Mapping[str, int]
    reached: Mapping[str, int]
    missed: Sequence[str]
    wrong: Three | None
    naked: Three | None
    repair_s: Three | None
    healed_s: Three | None
    cpu_ms: Three
    digest: str
    failing: Sequence[FailingLife]
    problems: Sequence[str]
    interrupted: bool
    binding: bool


@dataclass(frozen=True, slots=True)
class SweptView:
    """One scenario in one mode, killed at each of its points."""

    name: str
    mode: str
    points: int
    lives: int
    failures: Sequence[str]


def drill_lines(view: DrillView, width: int) -> list[Line]:
    """The report of a sweep in `width` columns."""
    broken = {name: lives for name, lives in view.laws.items() if lives}
    lives = f"{grouped(str(view.lives))} lives" + (", interrupted" if view.interrupted else "")
    rows = [
        *_flow("drill", [view.profile, lives, f"seeds {view.seeds}", f"in {duration(view.took_s)}",
                         plural(view.intents, "intent"), plural(view.orders, "order"),
                         plural(view.kills, "kill")], width),
        *_flow("laws", [(f"{len(view.laws) - len(broken)} held", Tone.GOOD), *_laws(view)], width),
        *_flow("states", [f"{len(view.reached)} reached", *_counts(view.reached, width)], width),
        *_flow("", [(f"✗ never: {each}", Tone.BAD) for each in view.missed], width),
        _three("wrongness", view.wrong, lambda each: money(each), " USD·s a life"),
        _three("naked", view.naked, lambda each: money(each), " USD·s a life"),
        _three("repair", view.repair_s, duration, " a difference"),
        _three("healed", view.healed_s, duration, " after the storm"),
        _row("life", f"{sum(view.cpu_ms):.0f} ms CPU  set up {view.cpu_ms[0]:.1f}  lived {view.cpu_ms[1]:.1f}  "
                     f"judged {view.cpu_ms[2]:.1f}"),
        _row("digest", (view.digest[:32], Tone.DIM)),
    ]  # fmt: skip
    for each in view.failing[:FAILING_SHOWN]:
        rows += [line(), line(("✗ ", Tone.BAD), (each.replay, Tone.HINT))]
        rows += [line("  ", said) for said in each.what[:SAID_SHOWN]]
    if len(view.failing) > FAILING_SHOWN:
        rows.append(line(f"  and {len(view.failing) - FAILING_SHOWN} more"))
    rows += [line(), *_verdict(view)]
    return fitted(rows, width)


def swept_lines(swept: Sequence[SweptView], width: int) -> list[Line]:
    """The report of crash points."""
    rows = [
        _row("crashes", f"{each.name}  {each.mode}  {plural(each.points, 'point')}  {each.lives} lives  ", _held(each))
        for each in swept
    ]
    rows += [line(("✗ ", Tone.BAD), each.mode, "  ", what) for each in swept for what in each.failures]
    return fitted(rows, width)


def progress_line(done: int, total: int, failing: int) -> Line:
    """How far a sweep is, for a pipe."""
    return line(("drill  ", Tone.DIM), f"{grouped(str(done))} of {grouped(str(total))} lives  ", _failing(failing))


def _failing(failing: int) -> Part:
    return (f"{failing} failing", Tone.BAD) if failing else ("none failing", Tone.GOOD)


def _held(each: SweptView) -> Part:
    return (f"✗ {len(each.failures)} failed", Tone.BAD) if each.failures else ("✓ all held", Tone.GOOD)


def _laws(view: DrillView) -> Iterable[str | Part]:
    tone = Tone.BAD if view.binding else Tone.WARN
    for name, lives in view.laws.items():
        if lives:
            yield f"✗ {name} in {lives}", tone


def _counts(reached: Mapping[str, int], width: int) -> Iterable[Part]:
    """How often each state was met: where there is room for it."""
    if width >= 120:
        for name, times in reached.items():
            yield f"{name} {times}", Tone.DIM


def _verdict(view: DrillView) -> Iterable[Line]:
    for problem in view.problems:
        yield line(("✗ ", Tone.BAD), problem)
    if view.interrupted:
        yield line(("! ", Tone.WARN), "interrupted: this says nothing of the seeds that were not lived")
    elif not view.problems:
        word = "every law held" if not view.failing else "counted, not failed: beyond the bounds of the laws"
        yield line(("✓ ", Tone.GOOD), word)


def _three(name: str, values: Three | None, shown: object, unit: str) -> Line:
    assert callable(shown)
    if values is None:
        return _row(name, "nothing to tell")
    p50, p99, most = (shown(each) for each in values)
    return _row(name, f"p50 {p50}  p99 {p99}  max {most}", (unit, Tone.DIM))


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<{NAME_WIDTH}}", Tone.DIM), *parts)


def _flow(name: str, items: Iterable[str | Part], width: int) -> list[Line]:
    """Items side by side, on as many rows as they need."""
    rows: list[list[Part]] = []
    used = width
    for item in items:
        text, tone = (item, Tone.PLAIN) if isinstance(item, str) else item
        if used + 2 + len(text) > width:
            rows.append([(f"{name if not rows else '':<{NAME_WIDTH}}", Tone.DIM)])
            used = NAME_WIDTH
        else:
            rows[-1].append(("  ", Tone.PLAIN))
            used += 2
        rows[-1].append((text, tone))
        used += len(text)
    return [Line(tuple(row)) for row in rows]

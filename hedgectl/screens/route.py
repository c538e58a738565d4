"""What `route-dry-run` says: where its facts are from; one intent whole, or of many who is refused, and why (T10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from hedgectl.core.engine.rehearsing import Outcome
from hedgectl.screens.ink import Line, Part, Tone, cut, folded, line
from hedgectl.screens.route_intent import POSITIONS_HINT, SIGNS, intent_lines, labelled, same_gates, wish_of, wrapped
from hedgectl.screens.route_view import Act, RouteView, by_code, how_many
from hedgectl.screens.words import grouped, plural

ROWS_MAX = 50
SAID_MAX, MODE = 40, 9


def route_lines(view: RouteView, width: int) -> list[Line]:
    """The answer in at most `width` columns."""
    rows = [part for name, text in view.sources for part in folded(labelled(name, text), width)]
    rows += [row for warning in view.warnings for row in _warning(*warning, width)]
    if view.intents == 1 or view.whole:
        shown: list[Act] = []
        for act in view.acts[:ROWS_MAX]:
            alike = next((each for each in shown if same_gates(each, act)), None)
            rows += [line(), *intent_lines(act, width, alike)]
            shown = [act] if not shown or shown[0].number != act.number else [*shown, act]
        if len(view.acts) > ROWS_MAX:
            rows.append(line((f"{len(view.acts) - ROWS_MAX} more are not shown", Tone.DIM)))
        if view.intents == 1:
            return rows
    else:
        rows += [line(), *(cut(row, width) for row in _table(view.acts))]
    return [*rows, line(), *_summary(view, width)]


def _warning(what: str, hint: str, width: int) -> list[Line]:
    """In one row where it fits."""
    whole = line(("! ", Tone.WARN), f"{what}  ", (hint, Tone.HINT))
    if len(whole.plain) <= width:
        return [whole]
    return [*folded(line(("! ", Tone.WARN), what, hang=2), width), *wrapped("  ", hint, width)]


def _table(acts: Sequence[Act]) -> Iterable[Line]:
    """A row for each intent, the first ROWS_MAX; where its modes differ, one for each of them."""
    kept = list(_rows_of(acts))
    shown = [(act, mode, wish_of(act)) for act, mode in kept[:ROWS_MAX]]
    room = min(max(len(said) for _, _, said in shown), SAID_MAX) + 2
    modes = MODE if any(mode for _, mode, _ in shown) else 0
    for act, mode, said in shown:
        word, tone = act.verdict
        code, found, _ = act.refusal
        orders = plural(len(act.rehearsal.orders), "order") if act.rehearsal is not None else ""
        row = (f"{act.number:>6}  ", Tone.DIM), f"{said[:SAID_MAX]:<{room}}{mode:<{modes}}"
        yield line((SIGNS[tone], tone), *row, (code or word, tone), f"  {found if code else orders}")
    if len(kept) > ROWS_MAX:
        yield line((f"  {grouped(str(len(kept) - ROWS_MAX))} more are not shown; --json has them all", Tone.DIM))


def _rows_of(acts: Sequence[Act]) -> Iterable[tuple[Act, str]]:
    """The acts, those of one intent together where its modes come to the same."""
    for _, group in groupby(acts, key=lambda act: act.number):
        several = list(group)
        if len({(each.verdict, each.refusal) for each in several}) == 1:
            yield several[0], ""
        else:
            yield from ((each, str(each.rehearsal.mode if each.rehearsal is not None else "")) for each in several)


def _summary(view: RouteView, width: int) -> list[Line]:
    """How many of each verdict, then each code with its count and its first example; an intent counts once."""
    counts = Counter(verdict for verdict, _ in dict.fromkeys((act.verdict, act.number) for act in view.acts))
    said: list[str | Part] = [f"{plural(view.intents, 'intent')}, each by itself: "]
    for at, ((word, tone), count) in enumerate(counts.items()):
        said += [", " if at else "", (f"{grouped(str(count))} {word}", tone)]
    rows = folded(labelled("sum", *said), width)
    for code, several in by_code(view.acts).items():
        first = several[0]
        _, found, hint = first.refusal
        where = f"line {first.number}: " if first.number else ""
        many = f"{how_many(several):>5}  {where}{found}"
        rows.append(
            line(("✗ ", Tone.BAD), (f"{code:<26}", Tone.BOLD), many)
        )  # never cut: it is the number and the limit
        rows += wrapped(" " * 4, hint, width)
    waits = [act for act in view.acts if act.rehearsal is not None and act.rehearsal.outcome is Outcome.WAITS]
    for act in waits[:1]:
        why = act.rehearsal.waiting if act.rehearsal is not None else ""
        rows.append(line(("! ", Tone.WARN), (f"{'waits':<26}", Tone.BOLD), f"{how_many(waits):>5}  {why}"))
        rows += wrapped(" " * 4, POSITIONS_HINT, width)
    return rows

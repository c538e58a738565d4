"""What `route-dry-run` says: of one intent every verdict, the sizes, the requests; of many who is refused, and why.

A request is wrapped at its parameters and never cut: joined again its text is what would be sent. Requirement T10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from hedgectl.core.engine.entries import Unasked
from hedgectl.core.engine.rehearsing import Outcome, Rehearsal
from hedgectl.core.engine.surveying import Ruling, Survey
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import floor_step
from hedgectl.core.model.order import Kind, Prepared, Tif
from hedgectl.core.model.verdict import Refused
from hedgectl.core.risk.caps import CENT, tightest
from hedgectl.core.risk.sizing import Steps
from hedgectl.screens.describe import leg_reason, sides_said, wish
from hedgectl.screens.ink import Line, Part, Tone, cut, line
from hedgectl.screens.route_view import Act, RouteView, Wire, by_code, how_many
from hedgectl.screens.words import duration, grouped, money, plural, price, quantity

ROWS_MAX = 50
GATE = 18
NAME = 10
QUERY_MIN = 20
SAID_MAX, MODE = 40, 9
POSITIONS_HINT = 'state "positions" in a book file, or have them read: --nav read'
SIGNS = {Tone.GOOD: "✓ ", Tone.BAD: "✗ ", Tone.WARN: "! "}


def route_lines(view: RouteView, width: int) -> list[Line]:
    """The answer in at most `width` columns."""
    rows = [cut(_row(name, text), width) for name, text in view.sources]
    rows += [row for warning in view.warnings for row in _warning(*warning, width)]
    if view.intents == 1 or view.whole:
        shown: list[Act] = []
        for act in view.acts[:ROWS_MAX]:
            alike = next((each for each in shown if _same_gates(each, act)), None)
            rows += [line(), *_act(act, width, alike)]
            shown = [act] if not shown or shown[0].number != act.number else [*shown, act]
        if len(view.acts) > ROWS_MAX:
            rows.append(line((f"{len(view.acts) - ROWS_MAX} more are not shown", Tone.DIM)))
        if view.intents == 1:
            return rows
    else:
        rows += [line(), *(cut(row, width) for row in _table(view.acts))]
    return [*rows, line(), *_summary(view, width)]


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<{NAME}}", Tone.DIM), *parts)


def _warning(what: str, hint: str, width: int) -> list[Line]:
    """In one row where it fits."""
    whole = line(("! ", Tone.WARN), f"{what}  ", (hint, Tone.HINT))
    if len(whole.plain) <= width:
        return [whole]
    return [cut(line(("! ", Tone.WARN), what), width), *_wrapped("  ", hint, width)]


def _said(act: Act) -> str:
    if act.rehearsal is None:
        return act.bad.intent_id if act.bad is not None else ""
    intent = act.rehearsal.intent
    what = "" if isinstance(intent, Entry) else "close "
    return f"{intent.side or intent.leg or ''} {intent.symbol} {what}{wish(intent)}"


def _same_gates(first: Act, second: Act) -> bool:
    """Whether the gates of an intent said the same in the other mode."""
    one, other = (each.rehearsal.survey if each.rehearsal is not None else None for each in (first, second))
    if first.number != second.number or one is None or other is None:
        return False
    return [each.verdict for each in one.rulings] == [each.verdict for each in other.rulings]


def _act(act: Act, width: int, alike: Act | None) -> list[Line]:
    """One intent, whole; its gates only where they did not say the same before."""
    played = act.rehearsal
    if played is None:
        code, found, hint = act.refusal
        return [cut(_end(act, f"{code}  {found}"), width), *_wrapped("  ", hint, width)]
    intent, mode = played.intent, f"{played.mode} mode" if played.mode is not None else "mode unknown"
    kind = "post-only" if isinstance(intent, Entry) and intent.kind is Kind.LIMIT else intent.kind.value
    rows = [_row("intent", (f"{_said(act)} ", Tone.BOLD), f"{kind}  {mode}  {intent.intent_id}")]
    if played.inferred is not None:
        leg, side = played.inferred.inferred_side, played.inferred.side
        rows.append(_row("leg", (leg.value, Tone.BOLD), f", inferred: {leg_reason(side, leg)}"))
    if played.survey is None:
        rows.append(_row("gates", "none: nothing may refuse an exit"))
    elif alike is not None:
        rows.append(_row("gates", f"as in {alike.rehearsal.mode if alike.rehearsal else 'the other'} mode"))
    else:
        rows += _gates(played.survey, width)
        rows += _sizing(intent, played.survey)
    rows = [cut(row, width) for row in (*rows, *_route(played, act.rest_ms))]
    return [*rows, *_requests(act, width), *_verdict(act, width)]


def _gates(survey: Survey, width: int) -> list[Line]:
    """A row for each gate: its verdict, and what it looked at."""
    refusing = sum(each.refused for each in survey.rulings)
    rows = [_row("gates", (f"{refusing} of {len(survey.rulings)} refuse", Tone.DIM))]
    for each in survey.rulings:
        rows += _gate(each, width)
    return rows


def _gate(each: Ruling, width: int) -> list[Line]:
    name, indent = f"{each.gate.replace('_', ' '):<{GATE}}", " " * (GATE + 2)
    match each.verdict:
        case Refused(code=code, number=number, limit=limit, hint=hint):
            against = f" against {limit}" if limit else ""
            said = line(("✗ ", Tone.BAD), name, (f"{code}  ", Tone.BOLD), f"{number}{against}")
            return [said, *_wrapped(indent, hint, width)]
        case Unasked(missing=missing):
            return [line(("- ", Tone.DIM), name, (f"not asked: no {missing}", Tone.DIM))]
    facts = [f"{what} {value}" for what, value in each.facts]
    rows = _packed(indent, facts, "  ", width, Tone.DIM) or [line()]
    return [line(("✓ ", Tone.GOOD), name, *rows[0].parts[1:]), *rows[1:]]


def _wrapped(indent: str, text: str, width: int) -> list[Line]:
    """What to do, wrapped at its words: it is never cut."""
    return _packed(indent, text.split(" "), " ", width, Tone.HINT) if text else []


def _packed(indent: str, pieces: Sequence[str], gap: str, width: int, tone: Tone) -> list[Line]:
    """As many pieces to a row as fit, none of them cut."""
    rows: list[str] = []
    for each in pieces:
        if rows and len(indent) + len(rows[-1]) + len(gap) + len(each) <= width:
            rows[-1] += gap + each
        else:
            rows.append(each)
    return [line(indent, (row, tone)) for row in rows]


def _sizing(intent: object, survey: Survey) -> list[Line]:
    """From the wish to what is sent, a row a step."""
    found = survey.steps
    if found is None or not isinstance(intent, Entry):
        return []
    binding, clipped = tightest(found.caps), _clipped(intent, found)
    rows = [_row("asked", f"{wish(intent)} at {price(found.price)}")]
    for at, each in enumerate(found.caps):
        said = f"{money(floor_step(each.usdt, CENT)):>10}  {each.code.name:<16} {each.key}"
        mark = "  binds" if each is binding and clipped else ""
        rows.append(_row("" if at else "caps", (said, Tone.PLAIN if mark else Tone.DIM), (mark, Tone.WARN)))
    if found.allowed_usdt is not None and clipped:
        rows.append(_row("clipped", f"{money(floor_step(found.allowed_usdt, CENT))} USDT by {binding.key}"))
    step = f"{quantity(found.quantity)} by step {quantity(found.step)}"
    rows.append(_row("rounded", f"{step} = {_worth(found.quantity, found)} USDT"))
    rows.append(_row("floor", f"{quantity(found.smallest)} = {_worth(found.smallest, found)} USDT"))
    if len(survey.parts) > 1:
        rows.append(_row("split", f"{len(survey.parts)} orders: {_parts(survey.parts)}"))
    return rows


def _clipped(intent: Entry, found: Steps) -> bool:
    return intent.notional_usdt is not None and found.allowed_usdt != intent.notional_usdt


def _worth(amount: Decimal, found: Steps) -> str:
    return money(amount * found.price)


def _parts(parts: Sequence[Decimal]) -> str:
    """Equal parts by their count, in order."""
    return " + ".join(f"{count} × {quantity(part)}" for part, count in Counter(parts).items())


def _route(played: Rehearsal, rest_ms: int) -> list[Line]:
    """The plan: what kind of order, where it rests, what is set first."""
    rows = []
    first = played.orders[0] if played.orders else None
    if first is not None:
        rows.append(_row("route", _plan(first, rest_ms)))
        if said := sides_said(first):
            rows.append(_row("", said))
    leverage = played.survey.leverage if played.survey is not None else None
    if leverage is not None and played.orders:
        if leverage.had == leverage.needed:
            said = f"{leverage.needed}, as the account has it"
        elif leverage.had:
            said = f"{leverage.needed}, set first: the account has {leverage.had}"
        else:
            said = f"{leverage.needed}, set first unless the account has it: it was not read"
        rows.append(_row("leverage", said))
    return rows


def _plan(order: Prepared, rest_ms: int) -> str:
    if order.paper:
        return "paper: the whole path, answered by a stub; no request leaves"
    if order.price is None:
        return "taker: MARKET"
    at = f"{order.tif or ''} at {price(order.price)}"
    if order.tif is Tif.GTX:
        return f"maker: post-only {at}, withdrawn after {duration(rest_ms / 1000)}"
    return f"limit {at}"


def _requests(act: Act, width: int) -> list[Line]:
    """Every request in order, each with the whole text that is signed."""
    rows = [row for each in act.wires for row in _request(each, width)]
    if act.cover and act.rehearsal is not None:
        rows.append(_row("cover", (f"once filled at {price(act.rehearsal.fill_price)}", Tone.DIM)))
        rows += [row for each in act.cover for row in _request(each, width)]
    return rows


def _request(wire: Wire, width: int) -> list[Line]:
    first, *rest = wire.query.split("&")
    pieces = [first, *(f"&{each}" for each in rest)]
    text = _packed(" " * NAME, pieces, "", max(width, NAME + QUERY_MIN), Tone.PLAIN)
    return [_row("send", (f"{wire.method} {wire.path}", Tone.BOLD)), *text]


def _end(act: Act, said: str) -> Line:
    word, tone = act.verdict
    return line((f"{SIGNS[tone]}{word}  ", tone), said)


def _verdict(act: Act, width: int) -> list[Line]:
    """How it ends, last."""
    played = act.rehearsal
    assert played is not None
    nothing, hint = "  (nothing was sent)", ""
    if played.refused is not None:
        code, found, hint = act.refusal
        said = f"{code}  {found}"
    elif played.outcome is Outcome.SEND:
        total = sum((each.quantity or Decimal(0) for each in played.orders), Decimal(0))
        said = f"{plural(len(played.orders), 'order')}, {quantity(total)} {played.intent.symbol}"
    else:
        said = played.waiting
        hint = "" if played.outcome is Outcome.NOTHING else POSITIONS_HINT
    return [cut(_end(act, f"{said}{nothing}"), width), *_wrapped("  ", hint, width)]


def _table(acts: Sequence[Act]) -> Iterable[Line]:
    """A row for each intent, the first ROWS_MAX; where its modes differ, one for each of them."""
    kept = list(_rows_of(acts))
    shown = [(act, mode, _said(act)) for act, mode in kept[:ROWS_MAX]]
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
    rows = [cut(_row("sum", *said), width)]
    for code, several in by_code(view.acts).items():
        first = several[0]
        _, found, hint = first.refusal
        where = f"line {first.number}: " if first.number else ""
        many = f"{how_many(several):>5}  {where}{found}"
        rows.append(cut(line(("✗ ", Tone.BAD), (f"{code:<26}", Tone.BOLD), many), width))
        rows += _wrapped(" " * 4, hint, width)
    return rows

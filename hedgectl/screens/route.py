"""What `route-dry-run` says: of one intent every verdict, the sizes, the requests; of many who is refused, and why.

A request is wrapped at its parameters and never cut: joined again its text is what would be sent. Requirement T10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

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
from hedgectl.screens.route_view import Act, RouteView, Wire, by_code
from hedgectl.screens.words import duration, grouped, money, plural, price, quantity

ROWS_MAX = 50
GATE = 18
NAME = 10
SIGNS = {Tone.GOOD: "✓ ", Tone.BAD: "✗ ", Tone.WARN: "! "}


def route_lines(view: RouteView, width: int) -> list[Line]:
    """The answer in at most `width` columns."""
    rows = [_row(name, text) for name, text in view.sources]
    rows += [line(("! ", Tone.WARN), f"{what}  ", (hint, Tone.HINT)) for what, hint in view.warnings]
    rows = [cut(row, width) for row in rows]
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
    return [*rows, line(), *(cut(row, width) for row in _summary(view))]


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<{NAME}}", Tone.DIM), *parts)


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
        return [cut(row, width) for row in (_end(act, f"{code}  {found}"), _row("", (hint, Tone.HINT)))]
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
    rows += _route(played, act.rest_ms)
    rows = [cut(row, width) for row in rows]
    rows += _requests(act, width)
    return [*rows, *(cut(row, width) for row in _verdict(act))]


def _gates(survey: Survey, width: int) -> list[Line]:
    """A row for each gate: its verdict, and what it looked at."""
    refusing = sum(each.refused for each in survey.rulings)
    rows = [_row("gates", (f"{refusing} of {len(survey.rulings)} refuse", Tone.DIM))]
    for each in survey.rulings:
        rows += _gate(each)
    return rows


def _gate(each: Ruling) -> list[Line]:
    name = f"{each.gate.replace('_', ' '):<{GATE}}"
    facts = "  ".join(f"{what} {value}" for what, value in each.facts)
    match each.verdict:
        case Refused(code=code, number=number, limit=limit, hint=hint):
            against = f" against {limit}" if limit else ""
            said = line(("✗ ", Tone.BAD), name, (f"{code}  ", Tone.BOLD), f"{number}{against}")
            return [said, line(" " * (GATE + 2), (hint, Tone.HINT))]
        case Unasked(missing=missing):
            return [line(("- ", Tone.DIM), name, (f"not asked: no {missing}", Tone.DIM))]
    return [line(("✓ ", Tone.GOOD), name, (facts, Tone.DIM))]


def _sizing(intent: object, survey: Survey) -> list[Line]:
    """From the wish to what is sent, a row a step."""
    found = survey.steps
    if found is None or not isinstance(intent, Entry):
        return []
    binding = tightest(found.caps)
    rows = [_row("size", f"asked    {wish(intent)} at {price(found.price)}")]
    for each in found.caps:
        most = money(floor_step(each.usdt, CENT))
        mark = "  binds" if each is binding and _clipped(intent, found) else ""
        rows.append(_row("", (f"cap     {most:>10} USDT  {each.key}  ({each.code.name})", Tone.DIM), (mark, Tone.WARN)))
    if found.allowed_usdt is not None and _clipped(intent, found):
        rows.append(_row("", f"clipped {money(floor_step(found.allowed_usdt, CENT)):>10} USDT by {binding.key}"))
    step = f"{quantity(found.quantity)} by step {quantity(found.step)}"
    rows.append(_row("", f"rounded {step} = {_worth(found.quantity, found)} USDT"))
    rows.append(_row("", f"floor   {quantity(found.smallest)} = {_worth(found.smallest, found)} USDT"))
    if len(survey.parts) > 1:
        rows.append(_row("", f"split   {len(survey.parts)} orders: {_parts(survey.parts)}"))
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
    if act.cover:
        rows.append(_row("cover", ("once the first of it is filled at that price", Tone.DIM)))
        rows += [row for each in act.cover for row in _request(each, width)]
    return rows


def _request(wire: Wire, width: int) -> list[Line]:
    rows, room = [_row("send", (f"{wire.method} {wire.path}", Tone.BOLD))], max(width - NAME, 20)
    text = ""
    for number, each in enumerate(wire.query.split("&")):
        piece = f"&{each}" if number else each
        if text and len(text) + len(piece) > room:
            rows.append(_row("", text))
            text = ""
        text += piece
    return [*rows, _row("", text)]


def _end(act: Act, said: str) -> Line:
    word, tone = act.verdict
    return line((f"{SIGNS[tone]}{word}  ", tone), said)


def _verdict(act: Act) -> list[Line]:
    """How it ends, last."""
    played = act.rehearsal
    assert played is not None
    nothing = "  (nothing was sent)"
    if played.refused is not None:
        code, found, hint = act.refusal
        return [_end(act, f"{code}  {found}{nothing}"), line("  ", (hint, Tone.HINT))]
    if played.outcome is Outcome.SEND:
        total = sum((each.quantity or Decimal(0) for each in played.orders), Decimal(0))
        return [_end(act, f"{plural(len(played.orders), 'order')}, {quantity(total)} {played.intent.symbol}{nothing}")]
    hint = "" if played.outcome is Outcome.NOTHING else 'state "positions" in a book file, or read them: --nav read'
    return [_end(act, f"{played.waiting}{nothing}"), *([line("  ", (hint, Tone.HINT))] if hint else [])]


def _table(acts: Sequence[Act]) -> Iterable[Line]:
    """A row for each intent, the first ROWS_MAX."""
    several = len({each.rehearsal.mode for each in acts if each.rehearsal is not None}) > 1
    for act in acts[:ROWS_MAX]:
        word, tone = act.verdict
        played = act.rehearsal
        name = played.intent.intent_id if played is not None else act.bad.intent_id if act.bad is not None else ""
        mode = f"{(played.mode if played is not None else None) or '':<8}" if several else ""
        what = _said(act) if played is not None else ""
        code, found, _ = act.refusal
        said = f"{code}  {found}" if code else plural(len(played.orders), "order") if played is not None else ""
        yield line(
            (SIGNS[tone], tone), (f"{act.number:>5}  ", Tone.DIM), f"{name[:16]:<18}{what[:30]:<32}{mode}",
            (f"{word:<18}", tone), said,
        )  # fmt: skip
    if len(acts) > ROWS_MAX:
        yield line((f"  {grouped(str(len(acts) - ROWS_MAX))} more are not shown; --json has them all", Tone.DIM))


def _summary(view: RouteView) -> list[Line]:
    """How many of each verdict, then each code with its count and its first example; an intent counts once."""
    counts = Counter(verdict for verdict, _ in dict.fromkeys((act.verdict, act.number) for act in view.acts))
    said: list[str | Part] = [f"{plural(view.intents, 'intent')}, each by itself: "]
    for at, ((word, tone), count) in enumerate(counts.items()):
        said += [", " if at else "", (f"{grouped(str(count))} {word}", tone)]
    rows = [_row("sum", *said, ("  nothing was sent", Tone.DIM))]
    for code, several in by_code(view.acts).items():
        first = several[0]
        _, found, hint = first.refusal
        many = f"{count(several):>5}  first line {first.number}: {found}"
        rows.append(line(("✗ ", Tone.BAD), (f"{code:<26}", Tone.BOLD), many))
        rows.append(line(" " * 35, (hint, Tone.HINT)))
    return rows

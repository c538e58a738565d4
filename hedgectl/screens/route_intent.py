"""One intent of `route-dry-run` on a screen: its gates with their numbers, the steps of its size, plan, requests.

A request is wrapped at its parameters and never cut: joined again its text is what would be sent. Requirement T10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from hedgectl.core.engine.entries import Unasked
from hedgectl.core.engine.rehearsing import Outcome, Rehearsal
from hedgectl.core.engine.surveying import Fact, Ruling, Survey
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import ceil_step, floor_step
from hedgectl.core.model.order import Kind, Prepared, Tif
from hedgectl.core.model.verdict import Refused
from hedgectl.core.risk.caps import CENT, tightest
from hedgectl.core.risk.sizing import Steps
from hedgectl.screens.describe import leg_reason, sides_said, wish
from hedgectl.screens.ink import Line, Part, Tone, fitted, folded, line
from hedgectl.screens.route_view import Act, Wire
from hedgectl.screens.words import day_clock, duration, money, plural, price, quantity

GATE = 18
NAME = 10
QUERY_MIN = 20
AN_AGE_MS_MAX = 10**12
"""A number of ms above is a time of day."""

POSITIONS_HINT = 'state "positions" in a book file, or have them read: --nav read'
SIGNS = {Tone.GOOD: "✓ ", Tone.BAD: "✗ ", Tone.WARN: "! "}


def labelled(name: str, *parts: str | Part) -> Line:
    """A row that says what it is about."""
    return line((f"{name:<{NAME}}", Tone.DIM), *parts)


def wish_of(act: Act) -> str:
    """What was asked for, in short."""
    if act.rehearsal is None:
        return act.bad.intent_id if act.bad is not None else ""
    intent = act.rehearsal.intent
    what = "" if isinstance(intent, Entry) else "close "
    return f"{intent.side or intent.leg or ''} {intent.symbol} {what}{wish(intent)}"


def same_gates(first: Act, second: Act) -> bool:
    """Whether the gates of an intent said the same in the other mode."""
    one, other = (each.rehearsal.survey if each.rehearsal is not None else None for each in (first, second))
    if first.number != second.number or one is None or other is None:
        return False
    return [each.verdict for each in one.rulings] == [each.verdict for each in other.rulings]


def intent_lines(act: Act, width: int, alike: Act | None) -> list[Line]:
    """One intent, whole; its gates only where they did not say the same before."""
    played = act.rehearsal
    if played is None:
        code, found, hint = act.refusal
        return [*folded(_end(act, f"{code}  {found}"), width), *wrapped("  ", hint, width)]
    intent, mode = played.intent, f"{played.mode} mode" if played.mode is not None else "mode unknown"
    kind = "post-only" if isinstance(intent, Entry) and intent.kind is Kind.LIMIT else intent.kind.value
    rows = [labelled("intent", (f"{wish_of(act)} ", Tone.BOLD), f"{kind}  {mode}  {intent.intent_id}")]
    if played.inferred is not None:
        leg, side = played.inferred.inferred_side, played.inferred.side
        rows.append(labelled("leg", (leg.value, Tone.BOLD), f", inferred: {leg_reason(side, leg)}"))
    if played.survey is None:
        rows.append(labelled("gates", "none: nothing may refuse an exit"))
    elif alike is not None:
        rows.append(labelled("gates", f"as in {alike.rehearsal.mode if alike.rehearsal else 'the other'} mode"))
    else:
        rows += _gates(played.survey, width)
        rows += _sizing(intent, played.survey)
    rows += _route(played, act.rest_ms)
    return [*fitted(rows, width), *_requests(act, width), *_verdict(act, width)]


def _gates(survey: Survey, width: int) -> list[Line]:
    """A row for each gate: its verdict, and what it looked at."""
    refusing = sum(each.refused for each in survey.rulings)
    rows = [labelled("gates", (f"{refusing} of {len(survey.rulings)} refuse", Tone.DIM))]
    for each in survey.rulings:
        rows += _gate(each, width)
    return rows


def _gate(each: Ruling, width: int) -> list[Line]:
    name, indent = f"{each.gate.replace('_', ' '):<{GATE}}", " " * (GATE + 2)
    match each.verdict:
        case Refused(code=code, number=number, limit=limit, hint=hint):
            against = f" against {limit}" if limit else ""
            said = line(("✗ ", Tone.BAD), name, (f"{code}  ", Tone.BOLD), f"{number}{against}")
            return [said, *wrapped(indent, hint, width)]
        case Unasked(missing=missing):
            return [line(("- ", Tone.DIM), name, (f"not asked: no {missing}", Tone.DIM))]
    facts = [_fact(fact) for fact in each.facts]
    rows = _packed(indent, facts, "  ", width, Tone.DIM) or [line()]
    return [line(("✓ ", Tone.GOOD), name, *rows[0].parts[1:]), *rows[1:]]


def _fact(fact: Fact) -> str:
    what, value = fact
    if what.endswith("_ms") and value.isdecimal() and int(value) > AN_AGE_MS_MAX:
        return f"{what.removesuffix('_ms')} {day_clock(int(value))}"
    return f"{what} {value}"


def wrapped(indent: str, text: str, width: int) -> list[Line]:
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
    rows = [labelled("asked", f"{wish(intent)} at {price(found.price)}")]
    for at, each in enumerate(found.caps):
        said = f"{money(floor_step(each.usdt, CENT)):>10}  {each.code.name:<16} {each.key}"
        mark = "  binds" if each is binding and clipped else ""
        rows.append(labelled("" if at else "caps", (said, Tone.PLAIN if mark else Tone.DIM), (mark, Tone.WARN)))
    if found.allowed_usdt is not None and clipped:
        rows.append(labelled("clipped", f"{money(floor_step(found.allowed_usdt, CENT))} USDT by {binding.key}"))
    step = f"{quantity(found.quantity)} by step {quantity(found.step)}"
    rows.append(labelled("rounded", f"{step} = {_worth(found.quantity, found)} USDT"))
    least = money(ceil_step(found.smallest * found.price, CENT))  # rounded as the refusal says it
    rows.append(labelled("floor", f"{quantity(found.smallest)} = {least} USDT"))
    if len(survey.parts) > 1:
        rows.append(labelled("split", f"{len(survey.parts)} orders: {_parts(survey.parts)}"))
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
        rows.append(labelled("route", _plan(first, rest_ms)))
        if said := sides_said(first):
            rows.append(labelled("", said))
    leverage = played.survey.leverage if played.survey is not None else None
    if leverage is not None and played.orders:
        if leverage.had == leverage.needed:
            said = f"{leverage.needed}, as the account has it"
        elif leverage.had:
            said = f"{leverage.needed}, set first: the account has {leverage.had}"
        else:
            said = f"{leverage.needed}, set first unless the account has it: it was not read"
        rows.append(labelled("leverage", said))
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
        rows.append(labelled("cover", (f"once filled at {price(act.rehearsal.fill_price)}", Tone.DIM)))
        rows += [row for each in act.cover for row in _request(each, width)]
    return rows


def _request(wire: Wire, width: int) -> list[Line]:
    first, *rest = wire.query.split("&")
    pieces = [first, *(f"&{each}" for each in rest)]
    text = _packed(" " * NAME, pieces, "", max(width, NAME + QUERY_MIN), Tone.PLAIN)
    return [labelled("send", (f"{wire.method} {wire.path}", Tone.BOLD)), *text]


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
    return [*folded(_end(act, f"{said}{nothing}"), width), *wrapped("  ", hint, width)]

"""The answer of `route-dry-run`: its screen and its JSON, made of the same rehearsals."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal

from hedgectl.commands.result import ExitCode, Problem, Result
from hedgectl.core.engine.entries import Unasked
from hedgectl.core.engine.rehearsing import Rehearsal
from hedgectl.core.engine.surveying import Ruling, Survey
from hedgectl.core.model.command import Send, SetLeverage
from hedgectl.core.model.input import IntentInvalid, IntentReceived
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import plain
from hedgectl.core.model.verdict import Refused
from hedgectl.core.risk.caps import tightest
from hedgectl.runtime.scene import Scene, Supposed
from hedgectl.screens.describe import leg_reason, sides_said
from hedgectl.screens.route import route_lines
from hedgectl.screens.route_view import Act, RouteView, Wire, by_code, how_many
from hedgectl.screens.words import duration, money, price, quantity
from hedgectl.venue.wire import leverage_write, order_write

NAME = "route-dry-run"
WIDTH_IN_A_PIPE = 1_000
"""The text of a request stays on one line."""

MARKET_ROWS_MAX = 5

Given = Sequence[tuple[int, IntentReceived | IntentInvalid]]


def acts_of(scene: Scene, intents: Given) -> list[Act]:
    """Every intent in every mode that may hold."""
    rest_ms, found = scene.state.settings.entry_rest_ms_max, []
    for number, given in intents:
        if isinstance(given, IntentInvalid):
            found.append(Act(number, bad=given))
            continue
        for mode in scene.modes:
            played = scene.rehearse(given.intent, mode)
            now_ms = scene.now.exchange_ms
            wires, cover = _wires(played.writes, now_ms), _wires(played.cover, now_ms)
            found.append(Act(number, played, None, wires, cover, rest_ms))
    return found


def _wires(writes: Iterable[SetLeverage | Send], now_ms: int) -> tuple[Wire, ...]:
    """The requests of these writes; a paper order makes none."""
    made = [
        leverage_write(each.symbol, each.leverage) if isinstance(each, SetLeverage) else order_write(each.order)
        for each in writes
        if isinstance(each, SetLeverage) or not each.order.paper
    ]
    return tuple(Wire(each.method, each.path, each.encoded(now_ms)) for each in made)


def result(
    acts: Sequence[Act],
    scene: Scene,
    supposed: Supposed,
    fresh: bool,
    sources: Sequence[tuple[str, str]],
    warnings: Sequence[Problem],
    verbose: int = 0,
) -> Result:
    """What came of all of them. A refusal is a problem: one for each code, with how many and the first of them."""
    known = (("NAV", _nav(scene, supposed)), ("mode", _mode(scene, supposed)), *sources, *_market(supposed, acts))
    known = (*known, *_past(scene, fresh))
    told = (*warnings, *_doubts(scene, supposed, acts))
    view = RouteView(tuple(acts), known, tuple((each.what, each.hint) for each in told), bool(verbose))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_IN_A_PIPE
    refused = _problems(acts)
    data = {
        "sources": dict(known),
        "nav_usdt": plain(scene.state.volatile.wallet.margin_balance) if scene.state.volatile.wallet else None,
        "modes": [each.value for each in scene.modes],
        "journal": str(scene.past.journal) if scene.past is not None else None,
        "journal_age_s": scene.past.age_s if scene.past is not None else None,
        "sent": 0,
        "intents": [_act(act) for act in acts],
    }
    code = ExitCode.PROBLEMS if refused else ExitCode.OK
    return Result(NAME, code, data, (*told, *refused), tuple(route_lines(view, width)))


def _nav(scene: Scene, supposed: Supposed) -> str:
    wallet = scene.state.volatile.wallet
    if wallet is None:
        return "unknown: give --nav 400, or --nav read"
    origin = "given" if supposed.nav_usdt is not None else "as the account has it"
    return f"{money(wallet.margin_balance)} USDT  {origin}"


def _mode(scene: Scene, supposed: Supposed) -> str:
    if len(scene.modes) > 1:
        return "not known: both are shown"
    mode = scene.modes[0]
    if supposed.mode is not None:
        return f"{mode}  given"
    if supposed.positions:
        return f"{mode}  by the legs of the book"
    return f"{mode}  {'as the account has it' if scene.look is not None else 'as the journal has it'}"


def _past(scene: Scene, fresh: bool) -> list[tuple[str, str]]:
    if scene.past is None:
        return [("past", "none: --fresh" if fresh else "none: there is no journal")]
    belief, kill = scene.state.durable.belief, scene.state.durable.kill
    killed = f"killed: {kill.why}" if kill is not None else "not killed"
    said = f"throttles, posture {belief.posture}, {killed}: as the journal has it, {duration(scene.past.age_s)} old"
    return [("past", said), ("journal", str(scene.past.journal))]


def _market(supposed: Supposed, acts: Sequence[Act]) -> list[tuple[str, str]]:
    """The quotes of a book file, of the symbols that are asked for."""
    asked = {each.rehearsal.intent.symbol for each in acts if each.rehearsal is not None}
    rows: list[tuple[str, str]] = []
    for each in supposed.book.touches if supposed.book is not None else ():
        if each.quote.symbol in asked and len(rows) < MARKET_ROWS_MAX:
            bid, ask = _side(each.quote.bid, each.bid_size), _side(each.quote.ask, each.ask_size)
            when = "" if each.stated else "  of an unstated time: taken as of now"
            said = f"{each.quote.symbol} {bid} / {ask}  mark {price(each.quote.mark)}{when}"
            rows.append(("market" if not rows else "", said))
    return rows


def _side(at: Decimal, size: Decimal | None) -> str:
    return price(at) if size is None else f"{price(at)} × {quantity(size)}"


def _doubts(scene: Scene, supposed: Supposed, acts: Sequence[Act]) -> list[Problem]:
    """What makes the answer another than that of a run now."""
    found = []
    past, marks, wallet = scene.past, scene.state.durable.risk, scene.state.volatile.wallet
    if scene.moved and past is not None:
        what = f"the journal believes otherwise in {', '.join(scene.moved[:5])}"
        found.append(Problem("route.belief_differs", what, "hedgectl reconcile", "warn"))
    fallen = wallet is not None and marks.peak_nav_usdt > wallet.margin_balance
    if past is not None and supposed.nav_usdt is not None and fallen:
        what = f"the drawdown is measured from the journal's highest NAV, {money(marks.peak_nav_usdt)}"
        found.append(Problem("route.journal_nav", what, "--fresh measures it from the NAV given", "warn"))
    for each in supposed.book.touches if supposed.book is not None else ():
        for act in acts:
            size = _taken(act, each.quote.symbol)
            has = each.ask_size if size > 0 else each.bid_size
            if has is not None and abs(size) > has:
                what = f"{each.quote.symbol}: {quantity(abs(size))} is more than the {quantity(has)} at the touch"
                found.append(Problem("route.beyond_touch", what, "what is beyond it costs more", "warn"))
                break
    return found


def _taken(act: Act, symbol: str) -> Decimal:
    """What an intent takes from the touch of a symbol: above 0 of the ask."""
    orders = act.rehearsal.orders if act.rehearsal is not None else []
    return sum(
        ((each.quantity or Decimal(0)) * each.side.sign for each in orders if each.symbol == symbol and not each.price),
        Decimal(0),
    )


def _problems(acts: Sequence[Act]) -> list[Problem]:
    return [_problem(code, several) for code, several in by_code(acts).items()]


def _problem(code: str, several: Sequence[Act]) -> Problem:
    first = several[0]
    _, number, hint = first.refusal
    name = first.rehearsal.intent.intent_id if first.rehearsal is not None else ""
    about = {"count": str(how_many(several)), "line": str(first.number), "intent_id": name}
    return Problem(code, f"line {first.number}: {number}", hint or f"hedgectl explain {code}", about=about)


def _act(act: Act) -> dict[str, object]:
    """One intent for programs; numbers as text, exact."""
    code, number, hint = act.refusal
    refusal = {"code": code, "number": number, "hint": hint} if code else None
    played = act.rehearsal
    if played is None:
        bad = act.bad
        assert bad is not None
        return {"line": act.number, "intent_id": bad.intent_id, "outcome": act.verdict[0], "field": bad.field,
                "refusal": refusal}  # fmt: skip
    intent, inferred, accepted = played.intent, played.inferred, played.accepted
    return {
        "line": act.number,
        "intent_id": intent.intent_id,
        "correlation_id": accepted.correlation_id if accepted is not None else "",
        "action": "entry" if isinstance(intent, Entry) else "exit",
        "symbol": intent.symbol,
        "side": intent.side,
        "mode": played.mode,
        "outcome": played.outcome.value,
        "refusal": refusal,
        "waits_for": played.waiting,
        "inferred": {"leg": inferred.inferred_side, "why": leg_reason(inferred.side, inferred.inferred_side)}
        if inferred is not None
        else None,
        "gates": [_gate(each) for each in played.survey.rulings] if played.survey is not None else [],
        "size": _size(played.survey) if played.survey is not None else None,
        "leverage": asdict(played.survey.leverage)
        if played.survey is not None and played.survey.leverage is not None
        else None,
        "orders": [_order(played, at) for at in range(len(played.orders))],
        "requests": [asdict(each) for each in act.wires],
        "cover": [asdict(each) for each in act.cover],
    }


def _gate(each: Ruling) -> dict[str, object]:
    made: dict[str, object] = {"gate": each.gate, "verdict": "approved", "facts": dict(each.facts)}
    match each.verdict:
        case Refused(code=code, number=number, limit=limit, hint=hint):
            made |= {"verdict": "refused", "code": code, "number": number, "limit": limit, "hint": hint}
        case Unasked(missing=missing):
            made |= {"verdict": "not_asked", "missing": missing}
    return made


def _size(survey: Survey) -> dict[str, object] | None:
    found = survey.steps
    if found is None:
        return None
    return {
        "price": plain(found.price),
        "caps": [{"key": each.key, "code": each.code.name, "usdt": plain(each.usdt)} for each in found.caps],
        "cap": tightest(found.caps).key,
        "allowed_usdt": plain(found.allowed_usdt) if found.allowed_usdt is not None else None,
        "step": plain(found.step),
        "quantity": plain(found.quantity),
        "notional_usdt": plain(found.quantity * found.price),
        "smallest": plain(found.smallest),
        "parts": [plain(each) for each in survey.parts],
    }


def _order(played: Rehearsal, at: int) -> dict[str, object]:
    order = played.orders[at]
    return {
        "client_id": order.client_id,
        "side": order.side,
        "leg": order.leg,
        "type": order.kind,
        "quantity": plain(order.quantity) if order.quantity is not None else None,
        "price": plain(order.price) if order.price is not None else None,
        "time_in_force": order.tif,
        "paper": order.paper,
        "sides": sides_said(order),
    }

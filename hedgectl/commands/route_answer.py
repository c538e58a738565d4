"""The answer of `route-dry-run`: its screen and its JSON, made of the same rehearsals."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal

from hedgectl.commands.result import ExitCode, Problem, Result
from hedgectl.commands.route_data import intent_data
from hedgectl.commands.route_scene import NAME, Asked, Known
from hedgectl.core.model.command import Send, SetLeverage
from hedgectl.core.model.input import IntentInvalid, IntentReceived
from hedgectl.core.model.money import plain
from hedgectl.runtime.scene import Scene, Supposed
from hedgectl.screens.route import route_lines
from hedgectl.screens.route_view import Act, RouteView, Wire, by_code, how_many
from hedgectl.screens.words import duration, money, price, quantity
from hedgectl.venue.wire import leverage_write, order_write

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


def result(acts: Sequence[Act], known: Known, asked: Asked) -> Result:
    """What came of all of them. A refusal is a problem: one for each code, with how many and the first of them."""
    scene, supposed = known.scene, asked.supposed
    sources = (
        ("NAV", _nav(scene, supposed)),
        ("mode", _mode(scene, supposed)),
        *known.sources,
        *_market(supposed, acts),
        *_past(scene, asked.fresh),
    )
    told = (*known.warnings, *_doubts(scene, supposed, acts, asked.config.run.environment))
    warnings = tuple((each.what, each.hint) for each in told)
    view = RouteView(tuple(acts), sources, warnings, bool(asked.common.verbose))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_IN_A_PIPE
    refused = _problems(acts)
    data = {
        "sources": dict(sources),
        "nav_usdt": plain(scene.state.volatile.wallet.margin_balance) if scene.state.volatile.wallet else None,
        "modes": [each.value for each in scene.modes],
        "journal": str(scene.past.journal) if scene.past is not None else None,
        "journal_age_s": scene.past.age_s if scene.past is not None else None,
        "sent": 0,
        "intents": [intent_data(act) for act in acts],
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


def _doubts(scene: Scene, supposed: Supposed, acts: Sequence[Act], environment: str) -> list[Problem]:
    """What makes the answer another than that of a run now."""
    found = []
    past, marks, wallet = scene.past, scene.state.durable.risk, scene.state.volatile.wallet
    if scene.moved and past is not None:
        what = f"the journal believes otherwise in {', '.join(scene.moved[:5])}"
        found.append(Problem("route.belief_differs", what, "hedgectl reconcile", "warn"))
    if past is not None and past.environment not in ("", environment):
        what = f"the journal is of {past.environment}, the run is set to {environment}"
        found.append(Problem("route.other_journal", what, "name its state folder: --state-dir DIR", "warn"))
    fallen = wallet is not None and max(marks.peak_nav_usdt, marks.day_nav_usdt) > wallet.margin_balance
    if past is not None and supposed.nav_usdt is not None and fallen:
        what = (
            f"losses are measured from NAVs of the journal: {money(marks.peak_nav_usdt)} at its highest, "
            f"{money(marks.day_nav_usdt)} as the day began"
        )
        found.append(Problem("route.journal_nav", what, "--fresh measures them from the NAV given", "warn"))
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

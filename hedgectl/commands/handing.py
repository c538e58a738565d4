"""Handing intents over: to the run that lives, with its verdict; or into the inbox, for the next one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from hedgectl.commands.flags import denied
from hedgectl.commands.result import ExitCode, Problem, Result
from hedgectl.core.model.input import IntentInvalid, IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.intake.inbox import drop
from hedgectl.intake.parse import IntakeLimits, parse_intents
from hedgectl.runtime.ask import LINE_BYTES_MAX, ask
from hedgectl.screens.describe import wish
from hedgectl.screens.ink import Line, Part, Tone, line

ENVELOPE_BYTES = 64
TONES = {"accepted": Tone.GOOD, "refused": Tone.BAD}


def hand_over(raw: bytes, state: Path, now_ms: int, timeout_s: float) -> Result:
    """Check, complete and send a message. Nothing of it is sent when any intent in it is malformed."""
    parsed = parse_intents(raw, now_ms=now_ms, limits=IntakeLimits(), origin="submit")
    bad = [each for each in parsed if isinstance(each, IntentInvalid)]
    if bad:
        return Result("submit", ExitCode.PROBLEMS, {"sent": 0}, tuple(_malformed(each) for each in bad))
    intents = [each.intent for each in parsed if isinstance(each, IntentReceived)]
    message = orjson.dumps([complete(each) for each in intents])
    request = {"do": "submit", "text": message.decode()}
    if len(orjson.dumps(request)) + ENVELOPE_BYTES > LINE_BYTES_MAX:
        return _dropped(state, message, now_ms, intents, "too large for the control socket")
    try:
        reply = ask(state, request, timeout_s)
    except ConnectionRefusedError:
        return _dropped(state, message, now_ms, intents, "no run lives")
    except PermissionError as wrong:  # nobody was reached, so nothing was sent
        return Result("submit", ExitCode.PROBLEMS, {"sent": 0}, (denied(wrong, state),))
    except (OSError, ValueError) as wrong:
        return _unacknowledged(intents, str(wrong))
    if not reply.get("ok"):
        problem = Problem(str(reply.get("code", "run.refused")), str(reply.get("why", "")), "hedgectl status")
        return Result("submit", ExitCode.PROBLEMS, {"sent": 0}, (problem,))
    return _answered(reply, intents)


def complete(intent: Entry | Exit) -> dict[str, Any]:
    """An intent in the vocabulary of the intake, with its id and its time."""
    entry = intent if isinstance(intent, Entry) else None
    made = {
        "intent_id": intent.intent_id,
        "symbol": intent.symbol,
        "side": intent.side,
        "action": "entry" if entry else "exit",
        "leg": intent.leg,
        "quantity": None if intent.quantity is None else str(intent.quantity),
        "type": intent.kind.value.lower(),
        "price": None if intent.price is None else str(intent.price),
        "source": intent.source or None,
        "paper": intent.paper or None,
        "generated_at": intent.generated_ms,
    }
    if entry is not None:
        for name, value in (("notional_usdt", entry.notional_usdt), ("confidence", entry.confidence)):
            made[name] = None if value is None else str(value)
        made |= {"leverage": entry.leverage, "expires_at": entry.expires_ms}
    return {name: value for name, value in made.items() if value is not None}


def _answered(reply: dict[str, Any], intents: Sequence[Entry | Exit]) -> Result:
    by_id = {each.intent_id: each for each in intents}
    rows, problems = [], []
    for answer in reply.get("intents", ()):
        verdict, name = str(answer.get("verdict")), str(answer.get("intent_id"))
        intent = by_id.get(name)
        rows.append(_row(name, intent, (verdict, TONES.get(verdict, Tone.WARN)), _said(answer)))
        if verdict == "refused":
            what = f"{name} {_said(answer)}"
            problems.append(
                Problem(str(answer.get("code")), what, str(answer.get("hint", "")), about={"intent_id": name})
            )
    rows += [line(("  next  ", Tone.DIM), (f"hedgectl trace {each.intent_id}", Tone.HINT)) for each in intents[:1]]
    code = ExitCode.PROBLEMS if problems else ExitCode.OK
    return Result("submit", code, {"sent": len(intents), **reply}, tuple(problems), tuple(rows))


def _said(answer: dict[str, Any]) -> str:
    if answer.get("verdict") != "refused":
        return f"{answer.get('quantity', '')}".strip()
    against = f" against {answer['limit']}" if answer.get("limit") else ""
    return f"{answer.get('code')} {answer.get('number', '')}{against}  {answer.get('hint', '')}".strip()


def _dropped(state: Path, message: bytes, now_ms: int, intents: Sequence[Entry | Exit], why: str) -> Result:
    try:
        path = drop(state, message, now_ms)
    except OSError as wrong:
        problem = Problem("inbox.not_written", f"{state}: {wrong.strerror}", "name another folder by --state-dir")
        return Result("submit", ExitCode.PROBLEMS, {"sent": 0}, (problem,))
    rows = [_row(each.intent_id, each, ("waits", Tone.WARN), "") for each in intents]
    rows.append(line(f"{why}: dropped into ", (str(path), Tone.HINT)))
    rows.append(
        line(("  next  ", Tone.DIM), ("hedgectl run", Tone.HINT), ("   (entries expire, exits do not)", Tone.DIM))
    )
    data = {"sent": 0, "inbox": str(path), "intents": [{"intent_id": each.intent_id} for each in intents]}
    return Result("submit", data=data, lines=tuple(rows))


def _unacknowledged(intents: Sequence[Entry | Exit], why: str) -> Result:
    """Nobody knows whether it was taken. Sending it again is safe, since the ids are the same."""
    ids = " ".join(each.intent_id for each in intents)
    problem = Problem(
        "submit.unacknowledged",
        f"no answer for {ids}: {why or 'timed out'}",
        f"hedgectl trace {intents[0].intent_id}; sent again with the same --id it cannot trade twice",
    )
    return Result(
        "submit", ExitCode.PROBLEMS, {"sent": None, "intents": [each.intent_id for each in intents]}, (problem,)
    )


def _malformed(each: IntentInvalid) -> Problem:
    where = f"{each.field}: " if each.field else ""
    about = {"field": each.field, "found": each.found, "intent_id": each.intent_id}
    return Problem(each.code, f"{where}{each.found or 'missing'}", each.hint, about=about)


def _row(name: str, intent: Entry | Exit | None, verdict: Part, said: str) -> Line:
    what = f"{intent.side or ''} {intent.symbol} {wish(intent)}".strip() if intent is not None else ""
    return line(f"{name[:26]:<27}{what:<28}", (f"{verdict[0]:<10}", verdict[1]), said)

"""What `route-dry-run` shows, as data: an intent in a mode with its requests, and all of them with their sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hedgectl.core.engine.rehearsing import Outcome, Rehearsal
from hedgectl.core.model.input import IntentInvalid
from hedgectl.screens.ink import Tone

MALFORMED = "malformed"
TONES = {Outcome.SEND: Tone.GOOD, Outcome.REFUSED: Tone.BAD}


@dataclass(frozen=True, slots=True)
class Wire:
    """A request as it would leave, up to its signature."""

    method: str
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class Act:
    """One intent in one mode: what was decided, or why it is none. `number` is its line; `wires` and `cover` are the
    requests of the rehearsal's writes and of its cover; `rest_ms` how long a resting entry may stay."""

    number: int
    rehearsal: Rehearsal | None = None
    bad: IntentInvalid | None = None
    wires: tuple[Wire, ...] = ()
    cover: tuple[Wire, ...] = ()
    rest_ms: int = 0

    @property
    def verdict(self) -> tuple[str, Tone]:
        """In a word."""
        if self.rehearsal is None:
            return MALFORMED, Tone.BAD
        outcome = self.rehearsal.outcome
        return outcome.value.replace("_", " "), TONES.get(outcome, Tone.WARN)

    @property
    def refusal(self) -> tuple[str, str, str]:
        """Code, what was found, and what to do; empty where it is not refused."""
        if self.bad is not None:
            where = f"{self.bad.field}: " if self.bad.field else ""
            return self.bad.code, f"{where}{self.bad.found or 'missing'}", self.bad.hint
        why = self.rehearsal.refused if self.rehearsal is not None else None
        if why is None:
            return "", "", ""
        return why.code, f"{why.number} against {why.limit}" if why.limit else why.number, why.hint


@dataclass(frozen=True, slots=True)
class RouteView:
    """The whole answer. `sources`: what was known, and from where; `warnings`: (what, hint)."""

    acts: tuple[Act, ...]
    sources: tuple[tuple[str, str], ...]
    warnings: tuple[tuple[str, str], ...] = ()
    whole: bool = False

    @property
    def intents(self) -> int:
        return how_many(self.acts)


def by_code(acts: Iterable[Act]) -> dict[str, list[Act]]:
    """Those that are refused, by the code that refuses them, the most frequent first."""
    codes: dict[str, list[Act]] = {}
    for act in acts:
        if code := act.refusal[0]:
            codes.setdefault(code, []).append(act)
    return dict(sorted(codes.items(), key=lambda each: -len(each[1])))


def how_many(acts: Iterable[Act]) -> int:
    """How many intents these are, whatever the modes."""
    return len({each.number for each in acts})

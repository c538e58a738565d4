"""Journaled inputs through today's decisions: does the same come of them as then (B9, L5, DESIGN 1.2)?

Each input meets the state that the *journaled* events made, and the volatile values journaled with it, so that one
difference never brings forth another. An input that nobody asks for is not decided again; its events count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import orjson

from hedgectl.core.decision import Noted
from hedgectl.core.engine import decide
from hedgectl.core.model.codec import EVENTS, INPUT_KINDS, decode, encode
from hedgectl.core.model.input import Input, Started
from hedgectl.core.model.moment import Moment
from hedgectl.core.settings import Settings
from hedgectl.core.state.apply import apply
from hedgectl.core.state.index import rebuild
from hedgectl.core.state.used import budget_of, restored, settings_in
from hedgectl.core.state.volatile import fresh_state, tiers_of

DIFFERENCES_MAX = 100
"""Each costs a copy of the state: after so many, a replay ends."""

INPUT = "in."
STARTED = INPUT_KINDS[Started]
ANOTHER_VERSION = "written by another version"
NO_SETTINGS = "their run did not journal its settings"
MISSING = "nothing"

Row = tuple[int, int, str, str, str, bytes]
"""As the journal holds it: seq, at_ms, kind, correlation, symbol, body."""

Group = list[Row]
"""What one decision journaled: its input, then its events."""

Read = Callable[[str, bytes], tuple[Input, Mapping[str, Any], Moment]]
"""An input's row: what was given, what was used, when. Raises ValueError when it is not of this version."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An input, as its row names it, that is decided otherwise today: its events `then` and `today`, and `where` they
    first differ, with the values."""

    seq: int
    at_ms: int
    kind: str
    correlation_id: str
    symbol: str
    then: tuple[Noted, ...]
    today: tuple[Noted, ...]
    where: str
    was: str
    now: str


@dataclass(slots=True)
class Replay:
    """What came of it: inputs decided again, differences, inputs that could not be (by why), and why it ended early."""

    inputs: int = 0
    differences: list[Difference] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    ended: str = ""


def replay(rows: Iterable[Row], read: Read, asked: Callable[[Group], bool]) -> Replay:
    """Decide the inputs of the groups asked for again. `rows` begin with the first one of the journal."""
    course = _Course(read)
    found = course.found
    for group in groups(rows):
        try:
            then = tuple(Noted(_event(row), row[3], row[4]) for row in group if not row[2].startswith(INPUT))
        except ValueError as wrong:  # without this event nobody knows the state of what follows
            found.ended = str(wrong)
            break
        course.take(group[0], then, asked(group))
        if len(found.differences) == DIFFERENCES_MAX:
            found.ended = f"{DIFFERENCES_MAX} differences up to seq {group[-1][0]}: the rest was not compared"
            break
    return found


def groups(rows: Iterable[Row]) -> Iterator[Group]:
    """The rows of a journal, decision by decision."""
    group: Group = []
    for row in rows:
        if group and row[2].startswith(INPUT):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _event(row: Row) -> Any:
    cls = EVENTS.get(row[2])
    if cls is None:
        raise ValueError(f"seq {row[0]}: {row[2]} is not an event of this version")
    try:
        return decode(cls, row[5])
    except ValueError as wrong:
        raise ValueError(f"seq {row[0]}: {wrong}") from wrong


class _Course:
    """Two states side by side: `true` is moved by the journal alone, `state` is the one that decides. They are equal
    after each input; where a decision led elsewhere, `state` begins anew from `true`."""

    def __init__(self, read: Read) -> None:
        self.found = Replay()
        self._read = read
        self._settings: Settings | None = None
        unknown = Settings(())
        self._true = fresh_state(unknown, budget_of(unknown))
        self._state = deepcopy(self._true)

    def take(self, head: Row, then: Sequence[Noted], compared: bool) -> None:
        """One group, by the row of its input and its events."""
        if not compared and head[2] != STARTED:
            self._follow(then)
            return
        try:
            given, used, now = self._read(head[2], head[5])
            if head[2] == STARTED:
                self._begin(used)
            volatile = restored(used, self._settings) if self._settings is not None else None
        except ValueError:
            self._skip(ANOTHER_VERSION, then)
            return
        if volatile is None:
            self._skip(NO_SETTINGS, then)
        elif compared:
            self._state.volatile = volatile
            self._compare(head, then, given, now)
        else:
            self._follow(then)

    def _begin(self, used: Mapping[str, Any]) -> None:
        """A process began: with settings of its own, and an index built from the durable state."""
        self._settings = None
        self._settings = settings_in(used)
        for state in (self._true, self._state):
            if self._settings is not None:
                state.settings = self._settings
            state.index = rebuild(state.durable, tiers_of(state.settings), state.settings.symbols)

    def _skip(self, why: str, then: Sequence[Noted]) -> None:
        self.found.skipped[why] = self.found.skipped.get(why, 0) + 1
        self._follow(then)

    def _follow(self, then: Sequence[Noted]) -> None:
        for noted in then:
            apply(self._true, noted.event)
            apply(self._state, noted.event)

    def _compare(self, head: Row, then: Sequence[Noted], given: Input, now: Moment) -> None:
        self.found.inputs += 1
        today = decide(self._state, given, now).notes
        for noted in then:
            apply(self._true, noted.event)
        found = first_difference(then, today)
        if found is not None:
            self.found.differences.append(Difference(*head[:5], tuple(then), tuple(today), *found))
            self._state = deepcopy(self._true)


def first_difference(then: Sequence[Noted], today: Sequence[Noted]) -> tuple[str, str, str] | None:
    """The first field that differs in what was journaled, and its values; None when nothing does."""
    for number, (was, now) in enumerate(zip_longest(then, today), 1):
        if was is None or now is None or was.event.kind != now.event.kind:
            return f"event {number}", _kind(was), _kind(now)
        if encode(was) != encode(now):
            path, before, after = _first_field(orjson.loads(encode(was)), orjson.loads(encode(now)))
            names = path[path[0] == "event" :]  # the other two are columns of the row
            return " ".join((was.event.kind, *names)), _shown(before), _shown(after)
    return None


def _kind(noted: Noted | None) -> str:
    return MISSING if noted is None else noted.event.kind


def _shown(value: Any) -> str:
    return MISSING if value is None else str(value)


def _first_field(was: Any, now: Any) -> tuple[tuple[str, ...], Any, Any]:
    """The way down to the first place where two JSON values differ, and what is there."""
    pairs: Iterable[tuple[Any, Any, Any]] = ()
    if isinstance(was, dict) and isinstance(now, dict):
        pairs = ((name, was.get(name), now.get(name)) for name in was | now)
    elif isinstance(was, list) and isinstance(now, list):
        pairs = ((str(number), *pair) for number, pair in enumerate(zip_longest(was, now), 1))
    for name, before, after in pairs:
        if before != after:
            path, before, after = _first_field(before, after)
            return (name, *path), before, after
    return (), was, now

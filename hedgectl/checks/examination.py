"""A whole examination: checks made, what they found for the person and for others, and kept on disk with its age."""

from __future__ import annotations

import asyncio
import getpass
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hedgectl.checks.cache import NAME, keep
from hedgectl.checks.context import Context
from hedgectl.checks.parallel import DEADLINE_S, OnRow, examine
from hedgectl.checks.redact import each_text, hidden, opened, redacted
from hedgectl.checks.registry import Check, all_checks, with_needs
from hedgectl.config.problem import ConfigRefused
from hedgectl.screens.doctor import DoctorView, Row
from hedgectl.venue.environment import PLACES, Environment

WORD_CHARS_MIN = 4
"""Shorter names stand in ordinary words, too."""


@dataclass(frozen=True, slots=True)
class Examined:
    """`view` for the person, `shared` for others; `unkept`: why it could not be kept on disk, "" if it was, or was not
    to be."""

    view: DoctorView
    shared: DoctorView
    unkept: str = ""


def rows_of(context: Context, made: Sequence[Check], on_row: OnRow, deadline_s: float = DEADLINE_S) -> list[Row]:
    """A row for each of these checks; the exchange is let go afterwards."""

    async def work() -> list[Row]:
        try:
            return await examine(context, made, on_row, deadline_s)
        finally:
            await context.close()

    return asyncio.run(work())


def examined(context: Context, wanted: Sequence[Check], on_row: OnRow, *, kept: bool) -> Examined:
    """Make these checks and all that they need; one that was only needed is told of when it failed."""
    begun_s, ids = time.monotonic(), {each.id for each in wanted}
    made = rows_of(context, with_needs(wanted, all_checks()), on_row)
    rows = [each for each in made if each.id in ids or each.severity.bad]
    environment, place = where(context)
    taken: Counter[str] = Counter()
    known = secret_words(context)
    took_s, now_ms = time.monotonic() - begun_s, context.now_ms
    view = DoctorView(environment, opened(place), now_ms, took_s, tuple(each_text(each, opened) for each in rows))
    for_others = tuple(each_text(each, lambda text: redacted(text, known, taken)) for each in rows)
    place = redacted(place, known, taken)
    shared = DoctorView(environment, place, now_ms, took_s, for_others, None, dict(taken))
    if not kept:
        return Examined(view, shared)
    try:
        keep(context.state_dir, view, shared, int((context.run or {}).get("seq", 0)))
    except OSError as wrong:
        return Examined(view, shared, f"{NAME}.json in the state folder: {wrong.strerror}")
    return Examined(view, shared)


def where(context: Context) -> tuple[str, str]:
    """The environment, and which exchange that is, in words."""
    try:
        environment = context.environment
        if context.fresh:
            return environment, "a fresh embedded exchange, opened for this look: no run serves one"
        url = context.sim_url
    except ConfigRefused:
        return context.asked.env or "unknown", "the configuration is not valid"
    except (OSError, ValueError, KeyError, TypeError):
        return "sim", "the note about the served exchange cannot be used"
    return environment, hidden("host", url) if url else PLACES[Environment(environment)].host


def secret_words(context: Context) -> dict[str, str]:
    """Words that never leave this machine, with their kind: key and secret, who we are, and where things lie."""
    from hedgectl.config.secrets import SecretsRefused

    named: list[tuple[object, str]] = [
        (_known_to_system(Path.home), "path"),
        (Path.cwd(), "path"),
        (context.state_dir.absolute(), "path"),
        (context.asked.config, "path"),
        (context.asked.state_dir, "path"),
        (os.uname().nodename, "host"),
        (_known_to_system(getpass.getuser), "name"),
    ]
    try:
        secrets = context.secrets
    except (ConfigRefused, SecretsRefused):
        secrets = None
    if secrets is not None:
        named += [(secrets.key, "key"), (secrets.secret, "secret")]
    return dict(_long_enough(named))


def _known_to_system(ask: Callable[[], object]) -> object:
    """What `ask` answers; None in a container whose user has no name and no home."""
    try:
        return ask()
    except (KeyError, OSError, RuntimeError):
        return None


def _long_enough(named: Iterable[tuple[object, str]]) -> Iterable[tuple[str, str]]:
    for word, kind in named:
        if word is not None and len(str(word)) >= WORD_CHARS_MIN:
            yield str(word), kind

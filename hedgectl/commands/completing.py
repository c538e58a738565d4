"""What a shell offers after TAB: words that may stand there. Local files only, nothing slow, and never an error.

What may stand in a place its metavar says: `sim|demo|live` are the words themselves, `BTCUSDT` is a symbol, `[ID]` a
story. So a new command completes as soon as it names its places like the others.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

Words = list[tuple[str, str]]
"""Each with what is said beside it."""

STORIES_MAX = 50
BESIDE_CHARS_MAX = 60
"""More would be wrapped, and a shell takes each line for a word of its own."""
SIGN = "|"


def offered(metavar: str | None) -> Callable[..., Words] | None:
    """How to complete what stands at a metavar; None leaves it to the shell, which offers files."""
    if metavar is None:
        return None
    if SIGN in metavar and not metavar.startswith("["):
        choices = metavar.split(SIGN)
        return lambda incomplete: [(each, "") for each in choices if each.startswith(incomplete)]
    return KINDS.get(metavar)


def symbols(ctx: typer.Context, incomplete: str) -> Words:
    """Symbols of the configuration and of the instrument snapshot."""
    return [(each, "") for each in _symbols(ctx) if each.startswith(incomplete)]


def symbol_list(ctx: typer.Context, incomplete: str) -> Words:
    """The same behind a comma."""
    before, comma, last = incomplete.rpartition(",")
    taken = set(before.split(","))
    fresh = [each for each in _symbols(ctx) if each.startswith(last) and each not in taken]
    return [(f"{before}{comma}{each}", "") for each in fresh]


def stories(ctx: typer.Context, incomplete: str) -> Words:
    """Correlations of the journal, the newest first."""
    from hedgectl.commands.stories import BEGINNINGS
    from hedgectl.config.locate import journal_path
    from hedgectl.store.reader import open_reader
    from hedgectl.store.rows import JournalUnusable

    try:
        with open_reader(journal_path(_given(ctx, "config"), _given(ctx, "state_dir"))) as reader:
            rows = [row for kind in BEGINNINGS for row in reader.by_kind(kind, STORIES_MAX)]
    except (JournalUnusable, OSError):
        return []
    newest = {row[3]: row[4] for row in sorted(rows, reverse=True)[:STORIES_MAX] if row[3].startswith(incomplete)}
    return list(newest.items())


def codes(incomplete: str) -> Words:
    """Every code that `explain` knows."""
    from hedgectl.commands.codes import known_codes

    return [(code, text[:BESIDE_CHARS_MAX]) for code, text in known_codes().items() if code.startswith(incomplete)]


def keys(incomplete: str) -> Words:
    """Every key of the configuration."""
    from hedgectl.config.catalogue import catalogue

    return [(key.name, key.about[:BESIDE_CHARS_MAX]) for key in catalogue().values() if key.name.startswith(incomplete)]


KINDS: dict[str, Callable[..., Words]] = {
    "BTCUSDT": symbols,
    "A,B": symbol_list,
    "[ID]": stories,
    "[CODE]": codes,
    "[KEY]": keys,
}


def _symbols(ctx: typer.Context) -> list[str]:
    from hedgectl.config.instruments import read_instruments
    from hedgectl.config.locate import find_file, read_toml
    from hedgectl.config.problem import ConfigRefused

    found: dict[str, None] = {}
    config = _given(ctx, "config")
    try:
        file = find_file(config)
        section: Any = read_toml(file).get("run") if file is not None else None
        named = section.get("symbols") if isinstance(section, dict) else None
        found |= dict.fromkeys(str(each) for each in (named if isinstance(named, list) else ()))
    except ConfigRefused:
        config = None
    try:
        found |= dict.fromkeys(read_instruments(config).listed)
    except ConfigRefused:
        return list(found)
    return list(found)


def _given(ctx: typer.Context | None, name: str) -> Path | None:
    """A common option, as far as it stands on the line already; a shell hands `~` over as it is."""
    while ctx is not None:
        if value := ctx.params.get(name):
            return Path(value).expanduser()
        ctx = ctx.parent  # type: ignore[assignment]
    return None

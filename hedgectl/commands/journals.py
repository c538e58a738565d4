"""Which journal a reader reads, and why that one: the journal of the run that answers, else the one that was written
last. A state folder holds the account's journal, and one for each run in the box; `--state-dir` names a folder whose
own journal comes first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hedgectl.commands.common import Common

ASK_S_MAX = 0.5
FRESH_S_MAX = 600
OTHERS_MAX = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """`told`: what the run of this journal says of itself, None when none answers. `others`: journals beside it that
    somebody may mean, each with the seconds since it was written: the account's own, and fresh ones of the box."""

    path: Path
    told: dict[str, Any] | None
    others: tuple[tuple[Path, float], ...] = ()


def chosen(common: Common) -> Chosen:
    """The journal that is meant. Asks the run of the state folder, if one is there; reads no journal."""
    import time

    from hedgectl.config.locate import JOURNAL, journal_path, journals, state_dir, written_ns

    found = journals(common.config, common.state_dir)
    folder = state_dir(common.config, common.state_dir)
    told, path = _answer(folder), journal_path(common.config, common.state_dir)
    if told is not None and (named := told.get("journal")):
        path = next((each for each in found if str(each.resolve()) == named), Path(str(named)))
    now_s = time.time()
    beside = [(each, max(now_s - written_ns(each) / 1e9, 0.0)) for each in found if each != path]
    others = [each for each in beside if each[0] == folder / JOURNAL or each[1] < FRESH_S_MAX]
    return Chosen(path, told, tuple(others[:OTHERS_MAX]))


def unusable_hint(path: Path, wrong: Exception) -> str:
    """What to do where a journal cannot be read."""
    if "is locked" in str(wrong):
        return "another program holds it: end that one, and try again"
    return "name another folder by --state-dir" if path.exists() else "hedgectl run --for 20s"


def _answer(folder: Path) -> dict[str, Any] | None:
    """What the run of this state folder says of itself, None when none answers."""
    from hedgectl.runtime.ask import ask

    try:
        reply = ask(folder, {"do": "status"}, ASK_S_MAX)
    except (OSError, ValueError):
        return None
    return reply if reply.get("ok") else None

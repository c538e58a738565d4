"""The last examination on disk, `state/doctor.json`: for a timer to refresh and for others to read without a network.

Written aside, fsynced and renamed, its age in it; beside what was found stands what may be shared of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hedgectl.core.model.codec import decoder, encode
from hedgectl.screens.doctor import DoctorView
from hedgectl.store.snapshots import Snapshot, Unreadable, read_snapshot, write_snapshot

NAME = "doctor"


def keep(folder: Path, view: DoctorView, shared: DoctorView, seq: int) -> None:
    """Put an examination in place of the last; true at journal `seq`. Raises OSError."""
    body = encode({"report": asdict(view), "shared": asdict(shared)})
    write_snapshot(folder, NAME, body, seq, view.at_ms)


def last(folder: Path, now_ms: int, *, shared: bool = False) -> DoctorView | Unreadable:
    """The last examination with its age, or why there is none."""
    from dataclasses import replace

    found = read_snapshot(folder, NAME)
    if not isinstance(found, Snapshot):
        return found
    try:
        view: DoctorView = decoder(DoctorView)(_plain(found.body["shared" if shared else "report"]))
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        return Unreadable(NAME, f"written by another version: {wrong}")
    return replace(view, age_s=max(now_ms - view.at_ms, 0) / 1000)


def seen(legs: Sequence[str], at_ms: int) -> dict[str, str]:
    """Legs as an examination saw them at `at_ms` (wall clock), to be carried along by those that see nothing."""
    return {"seen_ms": str(at_ms), "seen": "\n".join(legs)}


def last_seen(folder: Path, check_id: str, now_ms: int) -> tuple[tuple[str, ...], int] | None:
    """The legs that an examination saw last, and when (wall clock, ms); None where none ever did."""
    found = last(folder, now_ms)
    if not isinstance(found, DoctorView):
        return None
    row = next((each for each in found.rows if each.id == check_id), None)
    if row is None or not row.about.get("seen_ms", "").isdecimal():
        return None
    return tuple(row.about.get("seen", "").splitlines()), int(row.about["seen_ms"])


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise TypeError("no object")
    return dict(body)

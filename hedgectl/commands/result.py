"""What a command returns: data, problems and the lines of its answer. A command never prints and never exits.

The JSON envelope is one contract for all commands; keys are only ever added. Requirement L6, DESIGN 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from hedgectl.screens.ink import Line

ENVELOPE = "1"


class ExitCode(IntEnum):
    """How a command ended, for scripts and service managers."""

    OK = 0
    PROBLEMS = 1
    USAGE = 2
    CONFIG = 3
    CREDENTIALS = 4
    VENUE = 5
    LOCKED = 6
    HALTED = 7
    BUG = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.PROBLEMS: "the check found problems",
    ExitCode.USAGE: "the command line is not understood",
    ExitCode.CONFIG: "the configuration is not valid",
    ExitCode.CREDENTIALS: "credentials are missing or refused",
    ExitCode.VENUE: "the venue cannot be reached, or has banned us for a while",
    ExitCode.LOCKED: "another run holds this account's lock",
    ExitCode.HALTED: "halted by posture RED",
    ExitCode.BUG: "a bug: the report's path is printed",
    ExitCode.INTERRUPTED: "Ctrl-C before there was an answer; of a run, the second one",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong, or that did not happen: a stable code, what it is, and what to do about it.

    `severity` is "fail" or "warn". `about` holds further keys (symbol, key, field, limit ...).
    """

    code: str
    what: str
    hint: str = ""
    severity: str = "fail"
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of a command. `lines` is for people and goes to stdout, `data` is for programs."""

    command: str
    exit_code: ExitCode = ExitCode.OK
    data: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def status(self) -> str:
        """ok, partial (it ran and found problems) or error (it could not run)."""
        if self.exit_code is ExitCode.OK:
            return "ok"
        return "partial" if self.exit_code is ExitCode.PROBLEMS else "error"


def envelope(result: Result, at: str) -> dict[str, object]:
    """The result as plain data, its keys in their fixed order. `at` is RFC 3339 UTC."""
    return {
        "hedgectl": ENVELOPE,
        "command": result.command.split(),
        "status": result.status,
        "exit_code": int(result.exit_code),
        "at": at,
        "data": dict(result.data),
        "problems": [
            {"code": each.code, "severity": each.severity, "what": each.what, "hint": each.hint, **each.about}
            for each in result.problems
        ],
    }

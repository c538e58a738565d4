"""What a check found: a severity, a fact, what was expected, and a cure that works when it is pasted.

A cure is a command line, or a configuration line such as `[risk] leverage = 2`; a sentence only where nobody but a
person or the exchange can help. Several cures stand on lines of their own. Requirements O2, L6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hedgectl.screens.doctor import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """Texts may hold words marked by `redact.hidden`: shown to the person, taken out of what is shared."""

    severity: Severity
    value: str
    expected: str = ""
    fix: str = ""
    details: Sequence[str] = ()
    about: Mapping[str, str] = field(default_factory=dict)


def passed(value: str, expected: str = "", *, details: Sequence[str] = (), about: Mapping[str, str] = {}) -> Finding:
    """As it should be."""
    return Finding(Severity.PASS, value, expected, "", details, about)


def warned(
    value: str, expected: str, fix: str, *, details: Sequence[str] = (), about: Mapping[str, str] = {}
) -> Finding:
    """It works, and somebody should know."""
    return Finding(Severity.WARN, value, expected, fix, details, about)


def failed(
    value: str, expected: str, fix: str, *, details: Sequence[str] = (), about: Mapping[str, str] = {}
) -> Finding:
    """Don't trade before it is cured."""
    return Finding(Severity.FAIL, value, expected, fix, details, about)


def skipped(why: str) -> Finding:
    """Not looked at, which is never the same as all right."""
    return Finding(Severity.SKIP, why)

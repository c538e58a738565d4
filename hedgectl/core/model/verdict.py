"""What a gate answers: APPROVED, or Refused with a code, the number, the limit and a hint (L6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A stable reason, `room.word`; `explain` is what `hedgectl explain` prints."""

    name: str
    explain: str


CODES: dict[str, Code] = {}


def code(name: str, explain: str) -> Code:
    """Register a reason once. A second registration of a name is a programmer's error."""
    if name in CODES:
        raise ValueError(f"code {name} is registered twice")
    made = CODES[name] = Code(name, explain)
    return made


@dataclass(frozen=True, slots=True)
class Approved:
    approved = True


@dataclass(frozen=True, slots=True)
class Refused:
    """No, with its reason: `number` met `limit`, and `hint` says what to do about it."""

    code: str
    number: str
    limit: str
    hint: str
    approved = False


APPROVED = Approved()
Verdict = Approved | Refused


def refused(reason: Code, number: object, limit: object, hint: str) -> Refused:
    """A refusal with numbers as plain text, ready for the journal.

    >>> refused(Code("risk.x", "why"), 150, 100, "less").number
    '150'
    """
    return Refused(reason.name, str(number), str(limit), hint)

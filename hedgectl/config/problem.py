"""What is wrong with a configuration, as data (L6): a stable code, the key, what was found and what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hedgectl.core.model.verdict import code

NO_FILE = code("config.no_file", "The configuration file that was named is not there, or cannot be read.")
NOT_TOML = code("config.not_toml", "The file is not valid TOML; line and column are named.")
TOO_BIG = code("config.too_big", "The file is larger than any configuration can be.")
UNKNOWN_KEY = code("config.unknown_key", "No such key. A near name is suggested where there is one.")
LEGACY_KEY = code("config.legacy_key", "A key of the earlier system; the hint names ours.")
SECRET_KEY = code("config.secret_key", "Secrets never live in the configuration file or in flags.")
WRONG_TYPE = code("config.wrong_type", "The value is not of the key's type.")
OUT_OF_RANGE = code("config.out_of_range", "The value is outside the bounds of the key.")
NOT_ALLOWED = code("config.not_allowed", "The value is not one of the key's allowed words.")
NO_TIER = code("config.no_tier", "A symbol that may be traded is in no tier, so nobody said how much of it is allowed.")
TWO_TIERS = code("config.two_tiers", "A symbol is in more than one tier, so nobody knows which caps hold.")
INCONSISTENT = code("config.inconsistent", "Two values contradict each other.")

WORDS = {
    UNKNOWN_KEY.name: "is no key",
    LEGACY_KEY.name: "was a key of the earlier system",
    SECRET_KEY.name: "is a secret and does not belong here",
    WRONG_TYPE.name: "is not a table",
}
"""What is said of a key whose value is not shown."""

KEY_SHAPED = re.compile(r"[A-Za-z0-9]{50,}")
"""No name and no value of ours is such a word; a key of Binance is, of 64 letters and digits, whole or cut (L8)."""


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing that is wrong. `origin` says where the value came from: flag, environment variable, file. A word that
    looks like an API key, in whichever place somebody put it, is not kept."""

    code: str
    key: str
    found: str
    expected: str
    hint: str
    origin: str

    def __post_init__(self) -> None:
        for name in ("key", "found", "expected", "hint"):
            object.__setattr__(self, name, KEY_SHAPED.sub("***", getattr(self, name)))

    @property
    def what(self) -> str:
        """One sentence without its hint.

        >>> ConfigProblem("config.out_of_range", "run.cycle_s", "0", "1 to 600 s", "", "--cycle-s").what
        'run.cycle_s is 0, expected 1 to 600 s  (--cycle-s)'
        """
        if not self.key:
            return f"{self.origin}: expected {self.expected}"
        said = f"is {self.found}, expected {self.expected}" if self.found else WORDS.get(self.code, self.expected)
        return f"{self.key} {said}  ({self.origin})"

    @property
    def about(self) -> Mapping[str, str]:
        return {"key": self.key, "found": self.found, "expected": self.expected, "origin": self.origin}


class ConfigRefused(ValueError):
    """The configuration cannot be used; `problems` says why. Exit code 3."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        super().__init__("; ".join(each.what for each in problems))
        self.problems = problems

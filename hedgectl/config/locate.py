"""Where the configuration file and the state folder are, without loading the schema: readers must start fast, and
must work when the configuration does not.

One file only, never merged across two: --config, ./hedgectl.toml, ./config/hedgectl.toml, the user's configuration
folder.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from hedgectl.config.problem import NO_FILE, NOT_TOML, TOO_BIG, ConfigProblem, ConfigRefused

FILE_BYTES_MAX = 256 * 1024
STATE_DIR = "state"
CONFIG_DIR = "config"
LOGS_DIR = "logs"
JOURNAL = "journal.db"


def candidates() -> list[Path]:
    """The places where a configuration file is looked for, first wins."""
    from platformdirs import user_config_path

    name = "hedgectl.toml"
    return [Path(name), Path(CONFIG_DIR) / name, user_config_path("hedgectl", appauthor=False) / name]


def find_file(named: Path | None) -> Path | None:
    """The configuration file: the one that was named, else the first that exists. Raises ConfigRefused for a named
    file that is not there."""
    if named is not None:
        if not named.is_file():
            raise ConfigRefused((_wrong(NO_FILE.name, named, "a readable file", "hedgectl config init"),))
        return named
    return next((path for path in candidates() if is_there(path)), None)


def is_there(path: Path) -> bool:
    """Whether a file is there. A home that this user may not enter is somebody else's, as below sudo."""
    try:
        return path.is_file()
    except PermissionError:
        if path.is_absolute():
            return False
        raise


def read_toml(path: Path) -> dict[str, object]:
    """The file's tables, numbers with a point as exact Decimals. Raises ConfigRefused."""
    from decimal import Decimal

    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
    except OSError as wrong:
        raise ConfigRefused((_wrong(NO_FILE.name, path, "a readable file", str(wrong.strerror)),)) from wrong
    if len(raw) > FILE_BYTES_MAX:
        raise ConfigRefused((_wrong(TOO_BIG.name, path, f"at most {FILE_BYTES_MAX} bytes", "hedgectl config init"),))
    try:
        return tomllib.loads(raw.decode(), parse_float=Decimal)
    except UnicodeDecodeError as wrong:
        hint = f"save it as UTF-8: byte {wrong.start} is not"
        raise ConfigRefused((_wrong(NOT_TOML.name, path, "UTF-8 text", hint),)) from wrong
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        hint = f"mend it: {'nested too deeply' if isinstance(wrong, RecursionError) else wrong}"
        raise ConfigRefused((_wrong(NOT_TOML.name, path, "valid TOML", hint),)) from wrong


def state_dir(config: Path | None, flag: Path | None) -> Path:
    """The state folder: flag, environment, file, default. A file that cannot be read is passed over here; one that was
    named and is not there is a slip of the finger, and another desk's folder no answer: raises ConfigRefused."""
    if flag is not None:
        return flag
    told = _told(config, "run", "state_dir")
    return Path(told) if told else default_state_dir()


def default_state_dir() -> Path:
    """`./state` in a folder laid out as a clone is, with `state` or `config` in it; else the platform's place for
    this user's state, so that an installed program finds it again from wherever it is started. No file decides this:
    writing a configuration moves no state."""
    from platformdirs import user_state_path

    laid_out = any(Path(name).is_dir() for name in (STATE_DIR, CONFIG_DIR))
    return Path(STATE_DIR) if laid_out else user_state_path("hedgectl", appauthor=False)


def logs_dir(config: Path | None, flag: Path | None) -> Path:
    """The folder of telemetry that belongs to a state folder: environment, file, default."""
    return logs_of(state_dir(config, flag), _told(config, "telemetry", "logs_dir"))


def logs_of(state: Path, told: str = "") -> Path:
    """Where telemetry lies unless it was `told`: beside a folder that is named `state`, else within the state folder,
    so that two state folders never share it.

    >>> str(logs_of(Path("state"))), str(logs_of(Path("/srv/desk/state"))), str(logs_of(Path("/var/lib/hedgectl")))
    ('logs', '/srv/desk/logs', '/var/lib/hedgectl/logs')
    """
    if told:
        return Path(told)
    return (state.parent if state.name == STATE_DIR else state) / LOGS_DIR


def _told(config: Path | None, section: str, name: str) -> str:
    """A text of the environment or the file, "" where neither tells it; a file that cannot be read is passed over.
    Raises ConfigRefused for a named one that is not there."""
    if told := os.environ.get(f"HEDGECTL_{section}__{name}".upper()):
        return told
    file = find_file(config)
    try:
        table = read_toml(file).get(section) if file is not None else None
    except ConfigRefused:
        return ""
    told_by_file = table.get(name) if isinstance(table, dict) else None
    return told_by_file if isinstance(told_by_file, str) else ""


def journal_path(config: Path | None, flag: Path | None) -> Path:
    """The first of `journals`; the account's path when there is none at all."""
    return next(iter(journals(config, flag)), state_dir(config, flag) / JOURNAL)


def journals(config: Path | None, flag: Path | None) -> list[Path]:
    """The account's journal in the state folder, and that of each box run in its folder below `sim`: those written last
    first, but before all the own one of a folder that a flag names."""
    folder = state_dir(config, flag)
    own = folder / JOURNAL
    found = [path for path in (own, *(folder / "sim").glob(f"*/{JOURNAL}")) if path.is_file()]
    return sorted(found, key=lambda path: (flag is not None and path == own, written_ns(path), str(path)), reverse=True)


def written_ns(path: Path) -> int:
    """When a journal was written last, in ns since 1970; 0 for one that is gone."""
    wal = path.with_name(path.name + "-wal")
    return max((each.stat().st_mtime_ns for each in (path, wal) if each.is_file()), default=0)


def _wrong(code: str, path: Path, expected: str, hint: str) -> ConfigProblem:
    return ConfigProblem(code, "", "", expected, hint, str(path))

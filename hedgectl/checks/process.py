"""The run itself: who holds the locks, whether it answers, whether it is what is installed and configured, and whether
somebody has stopped it."""

from __future__ import annotations

from pathlib import Path

from hedgectl import __version__
from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.screens.words import day_clock


@check("lock", "local", may="warn fail")
def lock(ctx: Context) -> Finding:
    """The locks are free, or held by the run that answers here: no other run has this folder, or this key (O1)."""
    from hedgectl.store.lock import held_by, holder_of

    expected, told = "free, or held by the run that answers", []
    for name, path in _locks(ctx):
        pid = held_by(path)
        if pid is None:
            return skipped("this machine has no table of locks (/proc/locks)")
        if not pid:
            continue
        who = f"{name} held by {hidden('process', f'pid {pid}')}"
        if ctx.run is not None and pid == ctx.run.get("pid"):
            told.append(f"{who}, which answers")
            continue
        wrote = holder_of(path)
        since = f" since {wrote.started}" if wrote is not None and wrote.pid == pid else ""
        judged, whose = (failed, "another state folder's run") if name == "key" else (warned, "it does not answer")
        return judged(f"{who}{since}: {whose}", expected, f"kill -TERM {pid}")
    return passed(", ".join(told) or "free", expected)


def _locks(ctx: Context) -> list[tuple[str, Path]]:
    """The folder's lock, and that of the key where there is one."""
    from hedgectl.config.problem import ConfigRefused
    from hedgectl.config.secrets import SecretsRefused
    from hedgectl.store.lock import folder_lock, key_lock, runtime_folder

    found = [("folder", folder_lock(ctx.journal.parent))]
    try:
        secrets = ctx.secrets
    except (ConfigRefused, SecretsRefused):
        secrets = None  # checks of their own tell
    if secrets is not None:
        found.append(("key", key_lock(runtime_folder(ctx.state_dir), secrets.key)))
    return found


@check("run", "local", needs=("config",), may="warn")
def run(ctx: Context) -> Finding:
    """The run that answers is the version that is installed, under the configuration that is in force (O11)."""
    from hedgectl.config.convert import settings_hash, to_settings

    told, expected = ctx.run, "the version and the configuration of now"
    if told is None:
        return passed("none answers on this state folder", expected)
    pid = int(told.get("pid", 0))
    again = f"kill -TERM {pid}    # and start it as before" if pid else "stop the run, and start it as before"
    theirs = _environment_of(ctx, str(told.get("run_id", "")))
    if theirs not in ("", ctx.environment):
        fix = ctx.asked.command("doctor", "--env", theirs)
        return warned(f"the run is of {theirs}, this examination of {ctx.environment}", expected, fix)
    version = str(told.get("version", "unknown"))
    about = {"run_id": str(told.get("run_id", "")), "version": version, "installed": __version__}
    if version != __version__:
        return warned(f"runs {version}, installed is {__version__}", expected, again, about=about)
    symbols = tuple(str(each) for each in told.get("symbols", ()))
    config = ctx.configuration.config
    theirs = str(told.get("settings_hash", "unknown"))
    ours = settings_hash(to_settings(config, symbols=symbols or None))
    about |= {"settings": theirs, "configured": ours}
    if theirs != ours:
        return warned(f"runs settings {theirs}, configured are {ours}", expected, again, about=about)
    if symbols and set(symbols) != set(config.run.symbols):
        listed = f"trades {', '.join(symbols)}"
        return warned(f"{listed}; configured are {', '.join(config.run.symbols)}", expected, again, about=about)
    if not told.get("checked"):
        fix = ctx.asked.command("doctor", "--only", "exchange", exchange=True)
        return warned("has not seen the account yet: entries are off", "a run that has seen it", fix, about=about)
    who = hidden("process", f"pid {pid}")
    return passed(f"{who}, hedgectl {version}, settings {theirs}, seq {told.get('seq')}", expected, about=about)


def _environment_of(ctx: Context, run_id: str) -> str:
    """Where the run that answers trades, as its journal says; "" where that is not known."""
    from hedgectl.core.model.codec import decode
    from hedgectl.core.model.event import RunStarted
    from hedgectl.store.reader import open_reader
    from hedgectl.store.rows import JournalUnusable

    try:
        with open_reader(ctx.journal) as reader:
            rows = reader.by_kind(RunStarted.kind, 1)
        started = decode(RunStarted, rows[0][-1]) if rows else None
    except (JournalUnusable, ValueError):
        return ""
    return str(started.environment) if started is not None and started.run_id == run_id else ""


@check("kill-switch", "local", may="warn", cheap=True)
def kill_switch(ctx: Context) -> Finding:
    """The kill switch is off, and nothing that was done without a run waits to be taken in (R7)."""
    from hedgectl.runtime.kill_file import LOG, TAKING, read

    expected, rearm = "off", ctx.asked.command("rearm", "--why", "checked by hand")
    pulled = read(ctx.state_dir)
    if pulled is not None:
        who, why = hidden("name", pulled.by), hidden("text", pulled.why)
        value = f"{pulled.mode}, since {day_clock(pulled.at_ms)} by {who}: {why}"
        return warned(value, expected, rearm, about={"mode": pulled.mode})
    if ctx.run is None and any(_sent(ctx.state_dir / name) for name in (LOG, TAKING)):
        fix = ctx.asked.command("run", "--once", exchange=True)
        return warned("off; orders were sent without a run, which the next one takes in", expected, fix)
    return passed("off", expected)


def _sent(path: Path) -> bool:
    """Whether a log of the kill switch holds an order that was sent."""
    from hedgectl.runtime.kill_file import LOG_BYTES_MAX

    try:
        with path.open("rb") as file:
            return b'"do":"send"' in file.read(LOG_BYTES_MAX)
    except (FileNotFoundError, NotADirectoryError):
        return False

"""Before anything is opened: the configuration, the secrets, and which hosts this process may talk to."""

from __future__ import annotations

import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, warned
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.config.problem import ConfigRefused

if TYPE_CHECKING:
    from hedgectl.config.secrets import SecretsRefused

CONFIG_EXPECTED = "every key known, in its bounds, none against another"
OTHERS, OTHERS_WRITE = 0o077, 0o022
PROXIES = ("https_proxy", "all_proxy")
ELSEWHERE = ("CREDENTIALS_DIRECTORY", "HEDGECTL_API_KEY", "HEDGECTL_API_SECRET")
"""Where key and secret may come from, beside the user's own files."""


@check("config", "local", may="fail", cheap=True)
def config(ctx: Context) -> Finding:
    """File, environment and flags add up to a valid configuration; unknown and contradicting keys are named (R6)."""
    from hedgectl.checks.config_cures import cure
    from hedgectl.config.convert import staged

    try:
        loaded = ctx.configuration
    except ConfigRefused as wrong:
        found = wrong.problems
        file = _file_of(ctx)
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        fixes = dict.fromkeys(text for each in found for text in cure(each, file).splitlines())
        about = {"codes": " ".join(each.code for each in found)}
        what = f"{found[0].what}{more}"
        return failed(what, CONFIG_EXPECTED, "\n".join(fixes), details=[each.what for each in found[1:]], about=about)
    by_hand = [origin for origin in loaded.origins.values() if origin != "default"]
    outside = sum(origin != str(loaded.file) for origin in by_hand)
    where = hidden("path", loaded.file) if loaded.file else "no file"
    value = f"{where}, {len(by_hand)} of {len(loaded.origins)} keys set"
    value += f", {outside} by flags or variables" if outside else ""
    profile = staged(loaded.config)
    about = {"file": hidden("path", loaded.file or "")}
    return passed(value, CONFIG_EXPECTED, details=[profile] if profile else (), about=about)


def _file_of(ctx: Context) -> Path | None:
    """The file that is used, if it can be told."""
    from hedgectl.config.locate import find_file

    try:
        return find_file(ctx.asked.config)
    except ConfigRefused:
        return None


@check("secrets", "local", needs=("config",), may="warn fail")
def secrets(ctx: Context) -> Finding:
    """Key and secret are there, and nobody else can read them (L8)."""
    from hedgectl.config.secrets import NAMES, SecretsRefused

    expected = "key and secret, in files of mode 0600 or in the service's credential folder"
    if ctx.environment == "sim":
        return passed("none needed: the embedded exchange has its own", expected)
    try:
        found = ctx.secrets
    except SecretsRefused as wrong:
        return failed(wrong.what, expected, _written(ctx, wrong))
    assert found is not None
    if found.origin == "environment":
        return passed("from the environment; files would not be inherited by children", expected)
    folder = Path(found.origin)
    open_ = [folder / name for name in NAMES if stat.S_IMODE((folder / name).stat().st_mode) & OTHERS]
    if stat.S_IMODE(folder.stat().st_mode) & OTHERS_WRITE:
        fix = f"chmod go-w {shlex.quote(str(folder))}"
        return warned(f"others may replace files of {hidden('path', folder)}", expected, fix)
    if open_:
        paths = " ".join(shlex.quote(str(each)) for each in open_)
        return warned(f"others can read {hidden('path', open_[0])}", expected, f"chmod go-rwx {paths}")
    return passed(f"files of {hidden('path', folder)}, readable by this user only", expected)


def _written(ctx: Context, wrong: SecretsRefused) -> str:
    """Commands that take key and secret from who pastes them; the hint where files are not what is missing."""
    from hedgectl.config.secrets import NAMES, secrets_folder

    if wrong.hint.startswith("chmod") or any(ctx.environ.get(name) for name in ELSEWHERE):
        return wrong.hint
    folder = secrets_folder(ctx.environment)
    lines = [f"mkdir -p -m 700 {shlex.quote(str(folder))}"]
    for name in NAMES:
        lines.append(f"(umask 077; cat > {shlex.quote(str(folder / name))})    # paste the {name}, Enter, Ctrl-D")
    return "\n".join(lines)


@check("hosts", "local", needs=("config",), may="warn fail", cheap=True)
def hosts(ctx: Context) -> Finding:
    """Signed requests go straight to the hosts of this environment, and to no other (X1)."""
    from hedgectl.runtime.served import SIM_FILE
    from hedgectl.venue.environment import PLACES, Environment

    place = PLACES[Environment(ctx.environment)]
    note = ctx.state_dir / SIM_FILE
    try:
        sim_url = ctx.sim_url
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        what = f"{hidden('path', note)} names no exchange of this machine: {type(wrong).__name__} {wrong}"
        return failed(what, "a loopback address", f"rm {shlex.quote(str(note))}")
    if ctx.environment == "sim":
        where = hidden("host", sim_url) if sim_url else "in this process"
        return passed(f"{where}, nothing leaves this machine", "loopback only", about={"url": sim_url})
    expected = "these hosts alone, reached directly"
    rights = f", {urlsplit(place.rights).hostname} for the key's permissions" if place.rights else ""
    value = f"{place.host}, stream {urlsplit(place.stream).hostname}{rights}"
    proxies = sorted(name for name in ctx.environ if name.lower() in PROXIES)
    if proxies:  # the transport does not use them, so an account behind one looks unreachable
        return warned(f"{value}; {', '.join(proxies)} is set and not used", expected, f"unset {' '.join(proxies)}")
    return passed(value, expected)

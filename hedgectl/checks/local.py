"""Before anything is opened: the configuration, the secrets, and which hosts this process may talk to."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, warned
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.config.problem import ConfigRefused

CONFIG_EXPECTED = "every key known, in its bounds, none against another"
PRIVATE = 0o077


@check("config", "local", cheap=True)
def config(ctx: Context) -> Finding:
    """File, environment and flags add up to a valid configuration; unknown and contradicting keys are named (R6)."""
    from hedgectl.checks.cures import cure
    from hedgectl.config.convert import staged
    from hedgectl.config.locate import find_file

    try:
        loaded = ctx.configuration
    except ConfigRefused as wrong:
        found = wrong.problems
        file = _found(lambda: find_file(ctx.asked.config))
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        fixes = dict.fromkeys(text for each in found for text in cure(each, file).splitlines())
        about = {"codes": " ".join(each.code for each in found)}
        what = f"{found[0].what}{more}"
        return failed(what, CONFIG_EXPECTED, "\n".join(fixes), details=[each.what for each in found[1:]], about=about)
    by_hand = [origin for origin in loaded.origins.values() if origin != "default"]
    outside = sum(origin != str(loaded.file) for origin in by_hand)
    where = hidden("path", loaded.file) if loaded.file else "no file"
    value = f"{where}, {len(by_hand)} of {len(loaded.origins)} keys set, {outside} of them outside it"
    profile = staged(loaded.config)
    return passed(value, CONFIG_EXPECTED, details=[profile] if profile else (), about={"file": str(loaded.file or "")})


def _found(find: object) -> Path | None:
    assert callable(find)
    try:
        found: Path | None = find()
    except ConfigRefused:
        return None
    return found


@check("secrets", "local", needs=("config",))
def secrets(ctx: Context) -> Finding:
    """Key and secret are there, and nobody else can read them (L8)."""
    from hedgectl.config.secrets import NAMES, SecretsRefused

    expected = "key and secret, in files of mode 0600 or in the service's credential folder"
    if ctx.environment == "sim":
        return passed("none needed: the embedded exchange has its own", expected)
    try:
        found = ctx.secrets
    except SecretsRefused as wrong:
        return failed(wrong.what, expected, wrong.hint)
    assert found is not None
    if found.origin == "environment":
        return passed("from the environment; files would not be inherited by children", expected)
    folder = Path(found.origin)
    open_ = [folder / name for name in NAMES if stat.S_IMODE((folder / name).stat().st_mode) & PRIVATE]
    if stat.S_IMODE(folder.stat().st_mode) & 0o022:
        fix = f"chmod go-w {shlex.quote(str(folder))}"
        return warned(f"others may replace files of {hidden('path', folder)}", expected, fix)
    if open_:
        paths = " ".join(shlex.quote(str(each)) for each in open_)
        return warned(f"others can read {hidden('path', open_[0])}", expected, f"chmod go-rwx {paths}")
    return passed(f"files of {hidden('path', folder)}, readable by this user only", expected)


@check("hosts", "local", needs=("config",), cheap=True)
def hosts(ctx: Context) -> Finding:
    """Signed requests can reach the exchange of this environment, and no other host (X1)."""
    from hedgectl.runtime.served import SIM_FILE
    from hedgectl.venue.environment import PLACES, Environment, check_host

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
    allowed = frozenset((place.host,))
    for url in (place.rest, place.rest + "/fapi/v1/time"):
        check_host(url, allowed)
    proxies = sorted(name for name in os.environ if name.lower() in ("https_proxy", "all_proxy"))
    expected = "this host alone, by TLS"
    if not place.rest.startswith("https://"):
        return failed(f"{place.rest} is not encrypted", expected, "install hedgectl anew: this address is part of it")
    if proxies:  # aiohttp is not told to trust them, so an account behind one looks unreachable
        return warned(f"{place.host}; {', '.join(proxies)} is set and not used", expected, f"unset {' '.join(proxies)}")
    return passed(f"{place.host}, stream {place.stream.partition('://')[2]}", expected)

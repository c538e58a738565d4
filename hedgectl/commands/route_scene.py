"""What `route-dry-run` knows before it rehearses anything: from files and the journal alone, or from a look at a venue.

Offline there is no client; the one that looks can't write.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hedgectl.commands.common import Common
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.config.schema import Config
    from hedgectl.runtime.scene import Scene, Supposed

NAME = "route-dry-run"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: intents as bytes, and what is supposed around them. `fresh`: without a past."""

    common: Common
    config: Config
    supposed: Supposed
    raw: bytes
    fresh: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A scene, where it is from (name, text), and what is doubtful about that."""

    scene: Scene
    sources: list[tuple[str, str]]
    warnings: list[Problem] = field(default_factory=list)


def from_files(asked: Asked) -> Known | Result:
    """From files alone."""
    import time

    from hedgectl.commands.sizing import rules_said
    from hedgectl.config.convert import to_settings
    from hedgectl.config.instruments import OLD_RULES, OTHER_RULES, REFRESH, read_instruments
    from hedgectl.config.locate import journal_path
    from hedgectl.core.model.moment import Moment
    from hedgectl.runtime import scene as room
    from hedgectl.screens.words import duration
    from hedgectl.store.rows import JournalUnusable

    common, config, supposed, fresh = asked.common, asked.config, asked.supposed, asked.fresh
    wall_ms = round(time.time() * 1000)
    now, settings, rules = Moment(room.MONO_MS, wall_ms, wall_ms), to_settings(config), read_instruments(common.config)
    environment, state_dir = config.run.environment, Path(config.run.state_dir)
    folder = journal_path(common.config, common.state_dir).parent if environment == "sim" else state_dir
    try:
        past = None if fresh else room.past_of(folder, wall_ms)
        state = room.begun(settings, past, None if fresh else state_dir, environment, now)
    except JournalUnusable as wrong:
        return cannot(ExitCode.PROBLEMS, "journal.unusable", str(wrong), "leave it out: --fresh")
    scene = room.offline(settings, rules, supposed, state, past, now)
    sources = [("rules", rules_said(rules, wall_ms))]
    if not supposed.quotes:
        sources.append(("market", "bid, ask and mark are the one price of these rules"))
    warnings = []
    if rules.old(wall_ms):
        about = "rules" if supposed.quotes else "rules and prices"
        warnings.append(Problem(OLD_RULES.name, f"{about} are {duration(rules.age_s(wall_ms))} old", REFRESH, "warn"))
    if rules.source != environment:
        what = f"the rules are of {rules.source}, the run is set to {environment}"
        warnings.append(Problem(OTHER_RULES.name, what, REFRESH, "warn"))
    return Known(scene, sources, warnings)


def at_venue(asked: Asked, sim_url: str) -> Known | Result:
    """On a venue as it is now."""
    import os

    from hedgectl.commands.reconcile import KEY_CODES
    from hedgectl.config.options import RunOptions
    from hedgectl.config.secrets import SecretsRefused, find_secrets
    from hedgectl.runtime import reading
    from hedgectl.runtime.reconciling import Unread
    from hedgectl.store.rows import JournalUnusable
    from hedgectl.venue.client import ClientError
    from hedgectl.venue.credentials import Credentials

    config, environment = asked.config, asked.config.run.environment
    try:
        secrets = find_secrets(os.environ, environment) if environment != "sim" else None
        credentials = Credentials(secrets.key, secrets.secret) if secrets is not None else None
        door = reading.Door(RunOptions(sim_url=sim_url or None), config, credentials)
        scene, door = reading.scene_of(door, asked.supposed, asked.fresh)
    except SecretsRefused as wrong:
        return cannot(ExitCode.CREDENTIALS, "credentials.missing", wrong.what, wrong.hint)
    except Unread as wrong:
        refused = any(each in wrong.what for each in KEY_CODES)
        code = ExitCode.CREDENTIALS if refused else ExitCode.VENUE
        return cannot(code, "credentials.refused" if refused else wrong.code, wrong.what, wrong.hint)
    except JournalUnusable as wrong:
        return cannot(ExitCode.PROBLEMS, "journal.unusable", str(wrong), "leave it out: --fresh")
    except ClientError as wrong:
        return cannot(ExitCode.VENUE, "venue.no_client", str(wrong), "hedgectl version")
    where: str = environment
    if door.fresh_box:
        where = "a fresh embedded exchange, since no run serves one"
    elif door.options.sim_url:
        where = f"the embedded exchange at {door.options.sim_url}"
    sources = [("venue", f"{where}, read just now")]
    return Known(scene, sources)


def cannot(exit_code: ExitCode, code: str, what: str, hint: str) -> Result:
    return Result(NAME, exit_code, problems=(Problem(code, what, hint),))

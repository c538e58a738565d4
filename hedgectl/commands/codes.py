"""What every code means that this program prints: those that a room registers itself, and those of commands and alerts.

A code is a contract: its name never changes its meaning. `hedgectl explain` and the reference read it from here (L6).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

CORE = "hedgectl.core"
ROOMS = (
    "hedgectl.config.problem",
    "hedgectl.config.instruments",
    "hedgectl.intake.codes",
    "hedgectl.store.archive.codes",
)
"""Rooms outside the core that register codes."""

COMMANDS = {
    "cli.usage": "The command line is not understood; a near name is suggested where there is one.",
    "cli.no_such_code": "There is no code of this name; a near one is suggested.",
    "cli.denied": "A file or folder is there, and this user may not read or write it.",
    "cli.interrupted": "Ctrl-C ended the command before it had an answer. What it had asked for may still happen.",
    "cli.output": "The answer is there and cannot be written: the disk or the device that it goes to takes nothing.",
    "cli.bug": "A bug of hedgectl. The report holds the traceback and no values; it is safe to send.",
    "config.exists": "The file is there already and was not touched.",
    "config.not_written": "The file cannot be written.",
    "control.busy": "As many connections to the run are open as it takes at once.",
    "control.too_large": "A request to the run is longer than a line of its socket may be.",
    "control.not_json": "A request to the run is not JSON.",
    "control.unknown_request": "The run does not know this request: it is of another version.",
    "control.bad_request": "The run knows the request, and not what was asked with it.",
    "cover.missing": "A position has no stop resting on the exchange.",
    "credentials.missing": "No key and secret were found for this environment.",
    "credentials.refused": "The exchange refused the key: wrong, withdrawn, not permitted, or from another address.",
    "doctor.none": "No examination was kept that could be told: none was made, or its file is damaged.",
    "doctor.not_kept": "What doctor found could not be written to the state folder.",
    "drill.crash": "After a crash at one point of the story a law was broken, or the book was not whole again.",
    "feed.unusable": "The recorded market cannot be used; line and reason are named.",
    "inbox.not_written": "No run lives, and the intents could not be put into its inbox either.",
    "journal.dead": "The run's journal cannot be written any more, so nothing new is acknowledged.",
    "journal.unusable": "There is no journal, or it is not ours, damaged, locked, or of another format.",
    "kill.file": "The file of the kill switch could not be removed or written.",
    "kill.left": "A position or an entry is still there after the kill switch did what it could.",
    "kill.lifted": "The kill switch was lifted before the run heard of it.",
    "kill.not_durable": "The kill switch could not be put on disk: a run that starts later would not see it.",
    "kill.not_logged": "What was sent without a run could not be noted for the next one.",
    "kill.on": "The kill switch is on: no entries until somebody rearms it. Exits stay open.",
    "kill.pulled_again": "The kill switch was pulled again before the run heard that it was lifted.",
    "lock.held": "Another process trades with this state folder or this key. Two must never trade at once.",
    "repair.stopped": "The repair was ended before it was done; what is left differs still.",
    "replay.differs": "Today's code decides something otherwise than was decided then.",
    "replay.ended": "The replay could not go on: the journal holds what this version does not know.",
    "replay.no_beginning": "A replay starts from nothing, so it needs the journal's first row.",
    "replay.skipped": "Some inputs were written by a version whose decisions cannot be compared.",
    "route.belief_differs": "The journal believes another position than the account or the book file shows.",
    "route.beyond_touch": "The order is larger than what stands at the touch: the rest of it costs more.",
    "route.journal_nav": "The losses of a NAV that was given are measured from NAVs that the journal noted.",
    "route.other_journal": "The journal was written in another environment than the one that is configured.",
    "run.busy": "So much waits to be decided that nothing more was taken.",
    "run.gone": "The last run did not end in order: it was killed, or the machine was.",
    "run.halted": "Belief was in RED and asked for the kill switch, and run.when_lost says halt.",
    "run.no_answer": "A run lives on this state folder, and did not answer in time.",
    "run.other_version": "The run answered in the words of another version: restart it.",
    "run.refused": "The run refused the request; its reason is told.",
    "service.there": "A file of this name is there and says something else; it was not touched.",
    "service.unwritable": "The files cannot be written into this folder.",
    "sim.gone": "An exchange in the box lives and ends with its run: there is nothing to ask any more.",
    "sim.port": "The embedded exchange could not listen on this port.",
    "sim.unusable": "The file that says where a run serves its exchange cannot be read.",
    "state.unusable": "The state folder, or a file in it, cannot be read or written.",
    "submit.unacknowledged": "Nobody knows whether the run took it. Sent again with the same id it cannot trade twice.",
    "telemetry.down": "Telemetry cannot be written; trading goes on, and the journal has it all.",
    "trace.ambiguous": "Several stories begin like this: name one of them.",
    "trace.not_found": "The journal holds no story of this name.",
    "venue.no_client": "The library that speaks to the exchange cannot be loaded; the reason is told.",
    "venue.not_listed": "The exchange does not list a symbol that is configured.",
    "venue.unreadable": "The exchange could not be reached, or its answer could not be read.",
    "venue.unseen": "The run ended without having seen the account, so it did nothing.",
}

ALERTS = {
    "belief.kill_requested": "Belief is in RED: nothing new is risked until somebody looked.",
    "cancel.gave_up": "An order could not be withdrawn within its tries.",
    "cancel.not_confirmed": "An order of ours in nobody's book was withdrawn, and rests still.",
    "cover.emergency_close": "A position could not be covered by a stop, so it is being closed.",
    "cover.vanished": "A stop was acknowledged and is gone; another one is placed.",
    "exit.gave_up": "A close was not done within its tries: close it by hand.",
    "exit.refused": "The exchange refused a close, with its own code and words.",
    "kill.switched": "The kill switch was pulled; who did it and why is told.",
    "risk.low_nav": "The account is so small that smallest orders may not fit their caps.",
    "settle.late_acceptance": "An order that was held for absent was accepted after all. It is counted.",
    "settle.too_old": "An order without an answer is older than the exchange's memory: the account's history tells.",
    "stream.down": "The user stream is silent; the account is read by REST until it is back.",
    "venue.strange_code": "The exchange answered an order with a code that no table here knows; it proves nothing.",
}

FAMILIES = {
    "doctor.": "A check of `hedgectl doctor` warns or fails; its hint is the cure. `hedgectl doctor --list` names all.",
    "drill.": "The law of this name was broken; the hint replays the seed that broke it.",
    "read.": "A read of the exchange gave up: snapshot, trades, quotes, instruments, clock ... It is asked again.",
    "reconcile.": "Belief and exchange differ in this way; `hedgectl reconcile` says what is done about it.",
    "sink.": "Telemetry goes nowhere, or goes on again. The journal has it all, and the file is filled up by itself.",
    "source.": "What runs beside the executor (inbox, stream, kill, demo, screen) failed and was started anew.",
}
"""Codes whose last word says which: by their beginning."""


@cache
def known_codes() -> Mapping[str, str]:
    """Every code with its explanation, in alphabetical order; of a family, its beginning with `*`."""
    from hedgectl.commands.result import ExitCode
    from hedgectl.core.model.verdict import CODES

    _load_rooms()
    found = {each.name: each.explain for each in CODES.values()} | COMMANDS | ALERTS
    found |= {f"exit.{int(each)}": f"Exit code {int(each)}: {each.meaning}." for each in ExitCode}
    found |= {f"{beginning}*": text for beginning, text in FAMILIES.items()}
    return dict(sorted(found.items()))


def explained(code: str) -> str:
    """What a code means, or its family; "" for one that nobody knows."""
    beginning, dot, rest = code.partition(".")
    if text := known_codes().get(code, ""):
        return text
    if beginning == "doctor":
        from hedgectl.checks.registry import all_checks

        if rest in (checks := all_checks()):
            return f"This check of `hedgectl doctor` warns or fails, so this does not hold: {checks[rest].about}"
    return FAMILIES.get(beginning + dot, "")


def _load_rooms() -> None:
    """Import every room that registers codes. The core is small and pure; the rest is named."""
    import importlib
    import pkgutil

    core = importlib.import_module(CORE)
    for each in pkgutil.walk_packages(core.__path__, f"{CORE}."):
        importlib.import_module(each.name)
    for room in ROOMS:
        importlib.import_module(room)

"""Gates about the run itself: nothing new is risked while it is killed, ending, blind, or cannot write (R1, R7)."""

from __future__ import annotations

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.desk import Desk

KILLED = code("kill.entries", "The kill switch is on: no entries until a person rearms it; exits stay open.")
UNTIMED = code("run.clock_unmeasured", "The exchange's clock was not measured yet: until then every cooldown runs.")
STOPPING = code("run.stopping", "The executor was asked to stop: it takes no entries any more; exits stay open.")
UNCHECKED = code("run.unchecked", "Entries wait until the first look at the account of this run has succeeded (O1).")
JOURNAL = code("run.journal_dead", "The journal cannot be written, so nothing new may be risked; exits stay open.")


def not_killed(entry: Entry, desk: Desk) -> Verdict:
    """The kill switch comes first (R7)."""
    if not desk.kill:
        return APPROVED
    return refused(KILLED, desk.kill, "armed", "look first, then: hedgectl rearm --why TEXT")


def clock_measured(entry: Entry, desk: Desk) -> Verdict:
    """Deadlines are kept in exchange time; until that is known they have not passed (R2)."""
    if desk.clock_measured:
        return APPROVED
    return refused(UNTIMED, "unmeasured", "measured", "wait for the first answer of the exchange, then send it anew")


def not_stopping(entry: Entry, desk: Desk) -> Verdict:
    """Entries end with the request to stop."""
    if not desk.stopping:
        return APPROVED
    return refused(STOPPING, desk.stopping, "running", "start hedgectl again, then send it anew")


def account_checked(entry: Entry, desk: Desk) -> Verdict:
    """No entry before the account was seen in this run."""
    if desk.checked:
        return APPROVED
    return refused(UNCHECKED, "no look yet", "one look", "wait for the first reconcile, then send it anew")


def journal_alive(entry: Entry, desk: Desk) -> Verdict:
    """No journal, no entry."""
    if not desk.journal_dead:
        return APPROVED
    return refused(JOURNAL, desk.journal_dead, "writable", "free the disk, then restart hedgectl")

"""Gates of belief: the less we know, the less an entry may be (B5, L4)."""

from __future__ import annotations

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.desk import Desk

UNSETTLED = code(
    "belief.unsettled",
    "An order of this symbol has an unknown outcome; entries wait until it is settled.",
)
STALE_TRUTH = code("belief.stale_truth", "The last look at the account is too old for new risk.")
LEFT = code("belief.position_left", "A stranger's position is left alone in the symbol: nothing is opened beside it.")
POSTURE = code("belief.posture", "Too much is unsettled between us and the exchange: entries wait, exits stay open.")
CONFIDENCE = code("belief.confidence", "In this posture entries need more confidence than the intent states.")
LEVERAGE = code("belief.leverage", "In this posture entries may not ask for so much leverage.")
COOLDOWN = code("belief.cooldown", "In this posture a symbol's entries keep a distance in time.")
CROWDED = code("belief.open_orders", "In this posture the symbol has as many working entries as it may.")


def looked_lately(entry: Entry, desk: Desk) -> Verdict:
    """What was true a while ago is no ground for new risk (I9 of the reference; R1 "stale truth"). A look from the
    future was stamped by a clock that was wrong."""
    if abs(desk.looked_age_ms) <= desk.settings.truth_age_ms_max:
        return APPROVED
    limit = f"{desk.settings.truth_age_ms_max} ms"
    age = f"{desk.looked_age_ms} ms" if desk.checked else "never looked"
    return refused(STALE_TRUTH, age, limit, "hedgectl status says why the account is not read")


def settled(entry: Entry, desk: Desk) -> Verdict:
    """While one order of the symbol is unknown, its symbol takes no entries."""
    if not desk.unsettled:
        return APPROVED
    return refused(UNSETTLED, desk.unsettled, "settled", f"hedgectl trace {desk.unsettled}")


def nobody_elses(entry: Entry, desk: Desk) -> Verdict:
    """What is left alone by policy must not be mixed with what is ours."""
    if not desk.left:
        return APPROVED
    return refused(LEFT, desk.left, "0", 'close it by hand, or set reconcile.orphans = "adopt"')


def posture_allows(entry: Entry, desk: Desk) -> Verdict:
    """RED takes no entries (B5)."""
    if desk.entries_allowed:
        return APPROVED
    return refused(POSTURE, desk.posture, "ORANGE or calmer", "hedgectl status says what is unsettled")


def confident_enough(entry: Entry, desk: Desk) -> Verdict:
    """The less we know, the surer a wish must be; one that says nothing is not sure."""
    stated = entry.confidence if entry.confidence is not None else ZERO
    if stated >= desk.confidence_min:
        return APPROVED
    return refused(CONFIDENCE, stated, desk.confidence_min, f"wait for GREEN, or state more ({desk.posture} now)")


def leverage_allowed(entry: Entry, desk: Desk) -> Verdict:
    """The less we know, the less leverage a wish may ask for."""
    if entry.leverage is None or entry.leverage <= desk.leverage_max:
        return APPROVED
    return refused(LEVERAGE, entry.leverage, desk.leverage_max, f"ask for less, or wait for GREEN ({desk.posture} now)")


def cooled_down(entry: Entry, desk: Desk) -> Verdict:
    """The less we know, the fewer entries at a time."""
    if desk.cooldown_left_ms <= 0:
        return APPROVED
    return refused(COOLDOWN, f"{desk.cooldown_left_ms} ms left", "0", f"send it again then ({desk.posture} now)")


def not_crowded(entry: Entry, desk: Desk) -> Verdict:
    """The less we know, the fewer working entries a symbol may have."""
    if desk.open_entries < desk.open_entries_max:
        return APPROVED
    return refused(CROWDED, desk.open_entries, desk.open_entries_max, f"wait for one to end ({desk.posture} now)")

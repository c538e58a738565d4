"""Gates that look at who asks and what is known, before any size is thought of (R1, in this order)."""

from __future__ import annotations

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.desk import Desk

STOPPING = code("run.stopping", "The executor was asked to stop: it takes no entries any more; exits stay open.")
UNCHECKED = code("run.unchecked", "Entries wait until the first look at the account of this run has succeeded (O1).")
JOURNAL = code("run.journal_dead", "The journal cannot be written, so nothing new may be risked; exits stay open.")
NOT_LISTED = code("risk.not_listed", "The symbol is not on the desk's allow-list (run.symbols).")
EXPIRED = code("risk.expired", "The intent is older than its own deadline or than limits.intent_age_s_max.")
FUTURE = code("risk.from_future", "The intent says it was generated later than now: a clock is wrong.")
DUPLICATE = code(
    "risk.duplicate_intent",
    "An intent with this id was taken before; one intent is never executed twice.",
)
NO_MODE = code("venue.mode_unknown", "The position mode could not be read from the account; entries never guess it.")
NO_RULES = code("venue.rules_unknown", "The exchange's trading rules of the symbol are not known.")
NOT_TRADING = code("venue.not_trading", "The exchange does not take new orders for this symbol now.")
TROUBLE = code("venue.in_trouble", "Reads of the exchange gave up in a row; entries wait for one that works.")
UNSETTLED = code(
    "belief.unsettled",
    "An order of this symbol has an unknown outcome; entries wait until it is settled.",
)
NO_QUOTE = code("market.no_quote", "There is no quote of the symbol yet.")
STALE_QUOTE = code("market.stale_quote", "The last quote of the symbol is older than limits.quote_age_ms_max.")

POSTURE = code("belief.posture", "Too much is unsettled between us and the exchange: entries wait, exits stay open.")
CONFIDENCE = code("belief.confidence", "In this posture entries need more confidence than the intent states.")
LEVERAGE = code("belief.leverage", "In this posture entries may not ask for so much leverage.")
COOLDOWN = code("belief.cooldown", "In this posture a symbol's entries keep a distance in time.")
CROWDED = code("belief.open_orders", "In this posture the symbol has as many working entries as it may.")

FUTURE_MS_MAX = 2_000
LOOK = "check the network and the exchange's status page"


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


def allow_list(entry: Entry, desk: Desk) -> Verdict:
    """Only symbols that the desk named."""
    if entry.symbol in desk.settings.symbols:
        return APPROVED
    return refused(NOT_LISTED, entry.symbol, ", ".join(desk.settings.symbols), f"add {entry.symbol} to run.symbols")


def not_expired(entry: Entry, desk: Desk) -> Verdict:
    """A wish from the past is not a wish any more; one from the future is a broken clock."""
    now, age = desk.now.exchange_ms, desk.now.exchange_ms - entry.generated_ms
    if age < -FUTURE_MS_MAX:
        return refused(FUTURE, f"{-age} ms ahead", f"{FUTURE_MS_MAX} ms", "set the producer's clock")
    if entry.expires_ms is not None and now > entry.expires_ms:
        late = f"{now - entry.expires_ms} ms late"
        return refused(EXPIRED, late, "expires_at", "send it earlier or let it live longer")
    limit = desk.settings.intent_age_ms_max
    if age > limit:
        return refused(EXPIRED, f"{age} ms old", f"{limit} ms", "send it when it is generated")
    return APPROVED


def not_duplicate(entry: Entry, desk: Desk) -> Verdict:
    """One intent is never executed twice (L1)."""
    if not desk.seen:
        return APPROVED
    return refused(DUPLICATE, desk.seen, "once", "a new wish needs a new intent_id")


def mode_known(entry: Entry, desk: Desk) -> Verdict:
    """Hedge or one-way, as the account says it; never a guess (X2)."""
    if desk.mode is not None:
        return APPROVED
    return refused(NO_MODE, "unread", "read", LOOK)


def rules_known(entry: Entry, desk: Desk) -> Verdict:
    """The filters of the symbol are there, and it trades."""
    if desk.instrument is None:
        return refused(NO_RULES, "unread", "read", f"check that {entry.symbol} exists on USD-M futures")
    if not desk.instrument.tradable:
        return refused(NOT_TRADING, desk.instrument.status, "TRADING", "wait until the exchange trades it again")
    return APPROVED


def settled(entry: Entry, desk: Desk) -> Verdict:
    """While one order of the symbol is unknown, its symbol takes no entries."""
    if not desk.unsettled:
        return APPROVED
    return refused(UNSETTLED, desk.unsettled, "settled", f"hedgectl trace {desk.unsettled}")


def quote_fresh(entry: Entry, desk: Desk) -> Verdict:
    """Size and collar need a price of now."""
    if desk.quote is None:
        return refused(NO_QUOTE, "none", "one", "wait for the first quotes")
    if desk.quote_age_ms > desk.settings.quote_age_ms_max:
        limit = desk.settings.quote_age_ms_max
        return refused(STALE_QUOTE, f"{desk.quote_age_ms} ms", f"{limit} ms", LOOK)
    return APPROVED


def venue_calm(entry: Entry, desk: Desk) -> Verdict:
    """An exchange that cannot be read is no place for new risk (X7)."""
    limit = desk.settings.read_failures_max
    if desk.failures <= limit:
        return APPROVED
    return refused(TROUBLE, f"{desk.failures} reads in a row gave up", limit, LOOK)


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


IDENTITY = (
    not_stopping,
    account_checked,
    journal_alive,
    allow_list,
    not_duplicate,
    not_expired,
    mode_known,
    rules_known,
    venue_calm,
    settled,
    posture_allows,
    confident_enough,
    leverage_allowed,
    cooled_down,
    not_crowded,
    quote_fresh,
)

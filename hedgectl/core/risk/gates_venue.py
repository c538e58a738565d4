"""Gates about the exchange and the market: known rules, a venue in order, a price of now (R1)."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Side
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.desk import Desk

NO_MODE = code("venue.mode_unknown", "The position mode could not be read from the account; entries never guess it.")
NO_RULES = code("venue.rules_unknown", "The exchange's trading rules of the symbol are not known.")
NOT_TRADING = code("venue.not_trading", "The exchange does not take new orders for this symbol now.")
TROUBLE = code("venue.in_trouble", "Reads of the exchange gave up in a row; entries wait for one that works.")
NO_QUOTE = code("market.no_quote", "There is no quote of the symbol yet.")
STALE_QUOTE = code("market.stale_quote", "The last quote of the symbol is older than run.quote_age_ms_max.")
COLLAR = code("risk.collar", "The price is further from the mark than the desk trusts any price to be.")
CROSSING = code("risk.self_match", "The order would meet a resting order of our own.")

LOOK = "check the network and the exchange's status page"
BPS = Decimal(10_000)


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


def venue_calm(entry: Entry, desk: Desk) -> Verdict:
    """An exchange that cannot be read is no place for new risk (X7)."""
    limit = desk.settings.read_failures_max
    if desk.failures <= limit:
        return APPROVED
    return refused(TROUBLE, f"{desk.failures} reads in a row gave up", limit, LOOK)


def quote_fresh(entry: Entry, desk: Desk) -> Verdict:
    """Size and collar need a price of now."""
    if desk.quote is None:
        return refused(NO_QUOTE, "none", "one", "wait for the first quotes")
    if desk.quote_age_ms > desk.settings.quote_age_ms_max:
        limit = desk.settings.quote_age_ms_max
        return refused(STALE_QUOTE, f"{desk.quote_age_ms} ms", f"{limit} ms", LOOK)
    return APPROVED


def within_collar(entry: Entry, desk: Desk) -> Verdict:
    """The price that the order would meet, or asks for, against the mark: too high to buy, or too low to sell. A price
    on the patient side can hurt nobody."""
    assert desk.quote is not None
    quote, limit = desk.quote, desk.settings.risk.collar_bps
    price = entry.price or (quote.ask if entry.side is Side.BUY else quote.bid)
    if not quote.mark:
        return refused(COLLAR, "no mark price", f"{limit} bps", LOOK)
    off = (price - quote.mark) * entry.side.sign / quote.mark * BPS
    if off <= limit:
        return APPROVED
    return refused(COLLAR, f"{off:.1f} bps from {quote.mark}", f"{limit} bps", "ask for a price of now")


def not_crossing(entry: Entry, desk: Desk) -> Verdict:
    """Never trade with ourselves: the exchange would expire one of the two."""
    if not desk.crossing:
        return APPROVED
    return refused(CROSSING, desk.crossing, "none", "wait until it is filled or withdrawn")

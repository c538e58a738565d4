"""Goal: the demo strategy is a function of its seed, opens both ways within its size, and closes what it opened."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Side
from hedgectl.intake.demo import DemoStrategy

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
PRICE = Decimal(100)
QUOTES = {symbol: Quote(symbol, PRICE, PRICE, PRICE, 0) for symbol in SYMBOLS}


def play(seed, seconds=600):
    """Every entry fills at once, every exit closes at once."""
    strategy = DemoStrategy(SYMBOLS, seed)
    positions: dict[str, Decimal] = {}
    said = []
    for now_ms in range(0, seconds * 1000, 1000):
        for intent in strategy.next(now_ms, QUOTES, dict(positions)):
            said.append(intent)
            if isinstance(intent, Entry):
                leg = "LONG" if intent.side is Side.BUY else "SHORT"
                positions[f"{intent.symbol}|{leg}"] = Decimal(intent.side.sign)
            else:
                positions.pop(f"{intent.symbol}|{intent.leg}")
    return said


def test_the_same_seed_says_the_same_and_another_does_not():
    assert play(1) == play(1) != play(2)


def test_it_opens_both_ways_and_closes_later():
    said = play(3)
    entries = [each for each in said if isinstance(each, Entry)]
    exits = [each for each in said if isinstance(each, Exit)]
    assert {each.side for each in entries} == {Side.BUY, Side.SELL}
    assert len(exits) >= len(entries) - len(SYMBOLS)
    assert all(each.notional_usdt <= Decimal(150) * Decimal("1.5") for each in entries)


def test_every_intent_has_a_name_of_its_own():
    names = [each.intent_id for each in play(4)]
    assert len(set(names)) == len(names) > 20


def test_it_says_nothing_about_a_symbol_without_a_quote_or_with_a_position():
    strategy = DemoStrategy(SYMBOLS, 5, every_ms=200)
    held = {"BTCUSDT|LONG": Decimal(1)}
    quotes = {name: QUOTES[name] for name in ("BTCUSDT", "ETHUSDT")}
    said = [each for now in range(0, 14_000, 500) for each in strategy.next(now, quotes, held)]
    assert {each.symbol for each in said if isinstance(each, Entry)} == {"ETHUSDT"}


def test_the_first_entry_comes_at_once():
    assert len(DemoStrategy(SYMBOLS, 7).next(0, QUOTES, {})) == 1


def test_a_position_that_stays_open_is_closed_again_after_a_while():
    strategy = DemoStrategy(("BTCUSDT",), 6)
    held = {"BTCUSDT|SHORT": Decimal(-1)}
    said = [each for now in range(0, 200_000, 1000) for each in strategy.next(now, {}, held)]
    assert len(said) >= 2
    assert {each.side for each in said} == {Side.BUY}

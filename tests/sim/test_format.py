"""Numbers as text."""

from __future__ import annotations

from decimal import Decimal as D

from hedgectl.sim.format import average_text, money_text, price_text, qty_text


def test_each_kind_has_its_decimals(venue):
    spec = venue().exchange.specs["BTCUSDT"]
    assert price_text(spec, D(50)) == "50.00"
    assert qty_text(spec, D("-0.2")) == "-0.200"
    assert average_text(spec, D("43210.55")) == "43210.55000"
    assert money_text(D("0.0781901")) == "0.07819010"
    assert money_text(D("1E-8")) == "0.00000001"

"""The embedded exchange: Binance USD-M futures on the wire, in this process or over loopback.

It imports nothing from `hedgectl.core`: the executor and its exchange must not share their mistakes.
"""

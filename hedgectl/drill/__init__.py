"""Judging a run by the exchange's own ledger against belief. Only this room, and the run's summary, read a ledger."""

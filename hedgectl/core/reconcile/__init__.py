"""Comparing what we believe with what the exchange shows. Finds and names; repairs are the engine's to order."""

"""Pure decisions: no clock, no randomness, no network, no logging, no environment below this line (DESIGN 1.1)."""

"""What goes wrong on purpose: each fault is one small named unit, and a profile says how often each one happens."""

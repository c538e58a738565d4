"""The vocabulary: money, instruments, intents, orders, replies, evidence, verdicts, events."""

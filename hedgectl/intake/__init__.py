"""Where intents come in: strict parsing, the inbox folder, the built-in demo strategy."""

"""One thin file per subcommand: parse, call, hand a Result to the renderer. Nothing here decides about money."""

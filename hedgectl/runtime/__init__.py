"""Effects: the one loop, its clocks, and performing what `decide` asks for."""

"""Where prices come from: synthetic, a recording of raw streams, or bars. A new feed is one file."""

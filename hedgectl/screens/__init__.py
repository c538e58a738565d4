"""Pure: a snapshot or a result in, lines out. Only `terminal` and `live` know of a stream."""

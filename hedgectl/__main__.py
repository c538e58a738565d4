"""`python -m hedgectl`: the same as the console script."""

from __future__ import annotations

if __name__ == "__main__":
    from hedgectl.commands.app import main

    main()

"""The program from its first moment: `hedgectl`, and `python -m hedgectl`.

Imports next to nothing itself, so that Ctrl-C and closed streams are dealt with before anything else happens.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code. Ctrl-C while modules load, and the second one, end it at once."""
    _open_streams()
    interrupts = Interrupts()
    from hedgectl.commands.app import call

    interrupts.loaded()
    if "--no-color" in sys.argv:
        os.environ["NO_COLOR"] = "1"
    if os.environ.get("NO_COLOR"):
        os.environ["_TYPER_FORCE_DISABLE_TERMINAL"] = "1"  # help pages are Typer's: else they would still be bold
    try:
        code = call(sys.argv[1:], interrupts.came)
    except KeyboardInterrupt:  # between two lines of ours
        code = INTERRUPTED
    interrupts.over()
    sys.stdout.flush()
    sys.stderr.flush()
    if code == INTERRUPTED:  # what was half loaded is not tidied up: it would complain
        os._exit(code)
    sys.exit(code)


class Interrupts:
    """Ctrl-C as this program takes it, unless a shell had it ignored: at once while nothing has begun, then as a
    KeyboardInterrupt, and the second one at once. `came`: there was one, whatever a library called it."""

    def __init__(self) -> None:
        self._count = 0
        self._ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        self._take(lambda *_: os._exit(INTERRUPTED))

    def loaded(self) -> None:
        """Commands can be interrupted in order from now on."""
        self._take(self._raise)

    def over(self) -> None:
        """The answer is given: there is nothing left to interrupt."""
        self._take(signal.SIG_IGN)

    def came(self) -> bool:
        return self._count > 0

    def _raise(self, *_: object) -> None:
        self._count += 1
        if self._count > 1:
            os._exit(INTERRUPTED)
        raise KeyboardInterrupt

    def _take(self, handler: Any) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, handler)


def _open_streams() -> None:
    """Stdin, stdout and stderr lead somewhere, so that no file of ours is ever opened in their place."""
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(fd)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)


if __name__ == "__main__":
    main()

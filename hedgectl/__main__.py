"""The program from its first moment: `hedgectl`, and `python -m hedgectl`.

Imports next to nothing itself, so that Ctrl-C and closed streams are dealt with before anything else happens.
"""

from __future__ import annotations

import os
import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code. Ctrl-C while modules load ends it at once, with 130."""
    _open_streams()
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not so where a shell had it ignored
    if ours:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from hedgectl.commands.app import call

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "--no-color" in sys.argv:
        os.environ["NO_COLOR"] = "1"  # help pages are Typer's, and listen to this alone
    try:
        code = call(sys.argv[1:])
    except KeyboardInterrupt:  # between two lines of ours
        code = INTERRUPTED
    if ours:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the answer is given: there is nothing left to interrupt
    sys.exit(code)


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

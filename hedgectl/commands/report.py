"""The report of a bug: what a maintainer needs, and nothing that a secret could hide in (L8)."""

from __future__ import annotations

import sys
import tempfile
import traceback
from pathlib import Path

from hedgectl import __version__
from hedgectl.venue.credentials import scrub

REPORT_CHARS_MAX = 64_000


def write_report(bug: BaseException) -> Path:
    """Write the traceback, without local variables, to a file of the temporary folder; its path."""
    versions = f"hedgectl {__version__}  python {sys.version.split()[0]}  {sys.platform}\n"
    text = versions + scrub("".join(traceback.format_exception(bug)))[-REPORT_CHARS_MAX:]
    with tempfile.NamedTemporaryFile("w", prefix="hedgectl-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(text)
    return Path(file.name)

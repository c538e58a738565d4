"""The keys of telemetry: where events go as JSONL, how much of them is kept, how patient a sink is (O4, L7).

Part of `schema`, which puts all sections together.
"""

from __future__ import annotations

from typing import Literal

from hedgectl.config.keys import Section, key


class Telemetry(Section):
    """Events as JSONL, beside the journal and never in its way."""

    events: Literal["on", "off", "always"] = key(
        "on", "Whether events are written as JSONL: in real time (on), in virtual time too (always), or not at all"
    )
    logs_dir: str = key("", 'Folder of telemetry; "": logs beside a state folder named state, else within it')
    file_bytes_max: int = key(
        16_777_216, "A file of this size makes room for the next", unit="bytes", ge=65_536, le=1_073_741_824
    )
    files_max: int = key(16, "Full files that are kept until archive-logs takes them", ge=1, le=1_000)
    every_ms: int = key(250, "Time between two looks at the journal", unit="ms", ge=20, le=10_000)
    behind_rows_max: int = key(
        100_000, "Journal rows that a sink may be behind; it passes over older ones", ge=1_000, le=10_000_000
    )
    failures_max: int = key(3, "Failures in a row before a sink pauses", ge=1, le=100)
    pause_s_min: int = key(1, "Its first pause; each further one is twice as long", unit="s", ge=1, le=3_600)
    pause_s_max: int = key(60, "Its longest pause", unit="s", ge=1, le=3_600)
    end_s_max: int = key(2, "Time that the end of a run gives a sink to write the rest", unit="s", ge=1, le=60)

"""Telemetry and snapshots put away: moved, packed, listed, brought back. Never the journal (O3).

An archive is a folder `logs/archive/<UTC time>/` with packed files and a manifest. While it is made its name ends in
`.part`, so that whatever ends the process, what was moved is there, and the next call finishes it.
"""

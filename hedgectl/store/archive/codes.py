"""What can be in the way of archiving: every code, with its explanation."""

from __future__ import annotations

from hedgectl.core.model.verdict import code

HALF_MADE = code(
    "archive.half_made", "An archive could not be finished; what was moved into it is there, and the next call goes on."
).name
DISK_FULL = code(
    "archive.disk_full", "The disk is full; every file is still there as it was, and the next call goes on."
).name
DAMAGED = code("archive.damaged", "A packed file, or the manifest, is not what it was when it was written.").name
UNREADABLE = code("archive.unreadable", "A file cannot be read, so it stayed where it is.").name
ODD_NAME = code(
    "archive.odd_name",
    "A file of a name that cannot be listed: not UTF-8, not printable, or too long to get another ending.",
).name
TOO_MANY = code("archive.too_many", "More files than one call takes; call it again.").name
OTHER_DISK = code(
    "archive.other_disk", "The folder logs/archive is on another disk than logs, so nothing can be moved there."
).name
UNUSABLE = code("archive.unusable", "A folder of logs, or of archives, cannot be read or written.").name
NOT_FOUND = code("archive.not_found", "There is no archive of that name, or more than one begins with it.").name
IN_THE_WAY = code("archive.in_the_way", "A file is where one would be restored to; nothing is ever written over.").name
LOCKED = code("archive.locked", "Another call of archive-logs is at work on the same folder.").name
INTERRUPTED = code("archive.interrupted", "Ended by Ctrl-C; what was moved is there, and the next call goes on.").name

"""What a feed says when it cannot speak: one error type, with what happened, where, and the cure."""

from __future__ import annotations


class FeedError(ValueError):
    """A market source is unusable. `what` happened, `where` (file and line), and the `fix` a person can apply."""

    def __init__(self, what: str, *, where: str, fix: str) -> None:
        super().__init__(f"{where}: {what}; {fix}")
        self.what = what
        self.where = where
        self.fix = fix

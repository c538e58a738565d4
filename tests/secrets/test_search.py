"""Goal: the search finds what there is to be found, so that finding nothing means something."""

from __future__ import annotations

import gzip

import pytest

from ..canary import found_in, search, spellings
from .house import PIECE, PLACES, pieces, secret


@pytest.mark.parametrize("at", range(len(spellings(secret("any")))))
def test_a_leak_is_found_in_every_spelling_in_text_file_archive_and_name(folder, at):
    canary = {"it": secret("any")}
    spelled = b"\0before" + spellings(canary["it"])[at] + b"after"
    assert found_in(spelled, canary) == ["it"]
    (folder / "plain.db").write_bytes(b"\0" * 5000 + spelled)
    (folder / "packed.gz").write_bytes(gzip.compress(spelled))
    (folder / f"key-{secret('any')}").touch()
    found = search([folder], canary, bytes_max=10**6, s_max=10)
    assert (len(found.leaks), found.files, found.unread) == (3, 3, 0)
    assert search([folder], canary, bytes_max=1, s_max=10).unread >= 1


def test_a_cut_leak_and_a_signature_are_found_too():
    cut = secret("any")[: PIECE + 3]
    assert found_in(f"{cut}...".encode(), {"it": secret("any")}) == []
    assert found_in(f"{cut}...".encode(), pieces({"it": secret("any")})) == ["it[0]"]
    assert found_in(b"&signature=" + b"0a" * 32, {}) == ["a signature"]
    assert len({secret(f"{place}{half}") for place in PLACES for half in ("key", "secret")}) == 6

"""Goal: an archive comes back as it was or not at all, and never over anything."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest

from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import MANIFEST, ArchiveDamaged, Entry, Manifest, read_manifest, text_of
from hedgectl.store.archive.restoring import InTheWay, restore, verify


def quiet(done, total):
    """Nobody watches."""


@pytest.fixture
def before(desk):
    return desk.tree()


@pytest.fixture
def made(desk, before):
    return desk.call().made.path


def test_everything_comes_back_as_it_was(desk, before, made, tmp_path):
    target = tmp_path / "back"
    seen = []
    manifest = restore(made, target, Disk(), lambda done, total: seen.append((done, total)))
    found = {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    wanted = {each.name for each in manifest.files}
    assert set(found) == wanted
    for name, text in found.items():
        assert before[name if name.startswith("state/") else f"logs/{name}"] == text
    assert seen[-1] == (manifest.bytes, manifest.bytes)


def test_nothing_is_written_over_and_nothing_beside_it(made, tmp_path):
    target = tmp_path / "back"
    (target / "execution").mkdir(parents=True)
    (target / "execution/events.jsonl").write_text("mine")
    with pytest.raises(InTheWay, match=r"events\.jsonl"):
        restore(made, target, Disk(), quiet)
    assert [path for path in target.rglob("*") if path.is_file()] == [target / "execution/events.jsonl"]
    assert (target / "execution/events.jsonl").read_text() == "mine"


def test_a_file_that_comes_in_between_is_not_written_over_either(made, tmp_path):
    class Raced(Disk):
        def link(self, old, new):
            new.write_text("theirs")
            super().link(old, new)

    with pytest.raises(InTheWay):
        restore(made, tmp_path / "back", Disk() and Raced(), quiet)
    found = [path for path in (tmp_path / "back").rglob("*") if path.is_file()]
    assert [path.read_text() for path in found] == ["theirs"]


def test_every_cut_and_every_flipped_byte_is_noticed_before_anything_is_written(made, tmp_path):
    target = tmp_path / "back"
    packed = made / "router_health.jsonl.gz"
    whole = packed.read_bytes()
    broken = [whole[:length] for length in range(len(whole))]
    broken += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    broken += [whole + b"x", whole + whole]
    for text in broken:
        packed.write_bytes(text)
        with pytest.raises(ArchiveDamaged):
            restore(made, target, Disk(), quiet)
    packed.unlink()
    with pytest.raises(ArchiveDamaged, match="is not there"):
        restore(made, target, Disk(), quiet)
    assert not target.exists()


def test_a_file_of_another_content_is_named_with_both_numbers(made):
    (made / "router_health.jsonl.gz").write_bytes(gzip.compress(b"{}\n"))
    with pytest.raises(ArchiveDamaged, match=r"packed bytes 23, the manifest says \d+"):
        verify(made, quiet)


@pytest.mark.parametrize(
    "name", ["../out.jsonl", "/etc/out.jsonl", "a/../../out.jsonl", "", "a\0b", "a\nb"]
)  # fmt: skip
def test_a_name_that_leads_out_of_the_folder_is_refused(made, name):
    entry = Entry(name, 1, 1, "", "x.gz", 1, "")
    (made / MANIFEST).write_bytes(text_of(Manifest("2026-01-01", "", (entry,))))
    with pytest.raises(ArchiveDamaged, match=r"leads out|no file name"):
        read_manifest(made)


@pytest.mark.parametrize(
    "text, why",
    [
        (b"", "not a manifest"),
        (b"[]", "not a manifest"),
        (b'{"format":2}', "format 2"),
        (b'{"format":1,"made_at":"","hedgectl":"","files":[{"name":"x"}]}', "not a manifest"),
        (b'{"format":1,"made_at":"","hedgectl":"","files":7}', "not a manifest"),
        (b'{"format":1,"made_at":"soon","hedgectl":"","files":[]}', "not a manifest"),
        (b'{"format":1,"made_at":7,"hedgectl":"","files":[]}', "not a manifest"),
    ],
)
def test_a_manifest_that_is_none_says_why(made, text, why):
    (made / MANIFEST).write_bytes(text)
    with pytest.raises(ArchiveDamaged, match=why):
        read_manifest(made)


def test_a_file_named_twice_and_a_size_below_nothing_are_refused(made):
    told = json.loads((made / MANIFEST).read_bytes())
    twice = told | {"files": told["files"] + told["files"][:1]}
    (made / MANIFEST).write_text(json.dumps(twice))
    with pytest.raises(ArchiveDamaged, match="twice"):
        read_manifest(made)
    told["files"][0]["bytes"] = -1
    (made / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(ArchiveDamaged, match="size"):
        read_manifest(made)


def test_a_small_file_that_unpacks_to_a_huge_one_is_stopped_early(made):
    raw = b"\n" * 50_000_000
    packed = gzip.compress(raw)
    entry = Entry("bomb.jsonl", 10, 10, "", "bomb.jsonl.gz", len(packed), hashlib.sha256(packed).hexdigest())
    (made / "bomb.jsonl.gz").write_bytes(packed)
    (made / MANIFEST).write_bytes(text_of(Manifest("2026-01-01", "", (entry,))))
    with pytest.raises(ArchiveDamaged, match="holds more than the 10 bytes"):
        verify(made, quiet)

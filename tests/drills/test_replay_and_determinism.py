"""The same seed is the same run, to the byte; a journal folds to the state that wrote it; recordings end."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from decimal import Decimal as D
from pathlib import Path

import pytest

from hedgectl.config.options import RunOptions
from hedgectl.config.sources import load
from hedgectl.intake.inbox import drop
from hedgectl.runtime.assembly import run
from hedgectl.runtime.folders import restored
from hedgectl.store.lock import Holder, LockHeld, acquire, folder_lock

DATA = Path(os.environ.get("HEDGECTL_DATA", Path(__file__).parents[3] / "shared" / "data"))
RECORDING = DATA / "market" / "btcusdt_20240808.gz"


def lived(folder: Path, *, seed: int = 7, seconds: float = 120, **more):
    flags = {"box.seed": seed, "run.state_dir": str(folder), "journal.synchronous": "OFF"}
    options = RunOptions(**({"for_s": seconds, "virtual": True} | more))
    return run(options, load(flags, {}).config)


def test_the_same_seed_gives_the_same_journal_and_another_seed_another(tmp_path):
    first, second, other = (lived(tmp_path / name, seed=seed) for name, seed in (("a", 7), ("b", 7), ("c", 8)))
    assert first.journal_hash == second.journal_hash
    assert first.journal_hash != other.journal_hash
    assert first.fills > 0


def test_neither_hash_seed_nor_process_changes_a_run(tmp_path):
    hashes = set()
    for number, hash_seed in enumerate(("0", "4711")):
        folder = tmp_path / str(number)
        (folder / "state").mkdir(parents=True)
        command = [sys.executable, "-m", "hedgectl", "run", "--virtual", "--for", "60s", "--seed", "7", "--json"]
        environ = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True, timeout=60)
        hashes.add(json.loads(done.stdout)["data"]["journal_hash"])
    assert len(hashes) == 1


def test_the_journal_alone_folds_to_the_state_that_wrote_it(live):
    life = live(seed=3, mode="one-way", seconds=300, demo=True)
    snapshot = life.folder / "durable.json"
    with_snapshot, _ = restored(life.folder, life.trader.settings)
    snapshot.unlink()
    (life.folder / "durable.prev.json").unlink(missing_ok=True)
    without, rows = restored(life.folder, life.trader.settings)
    assert rows == life.summary.journal_seq
    assert with_snapshot.durable == without.durable == life.state.durable


def recording(path: Path, seconds: int = 30) -> Path:
    lines = []
    for number in range(seconds * 10):
        at, cents = 1_723_161_256_000 + number * 100, 6_180_000 + 10 * (number * 7 % 40)
        book = f'"s":"BTCUSDT","b":"{cents / 100:.2f}","B":"5.0","a":"{cents / 100 + 0.1:.2f}","A":"5.0"'
        data = f'{{"e":"bookTicker","u":{number + 1},{book},"T":{at},"E":{at}}}'
        lines.append(f'{at}000000 {{"stream":"btcusdt@bookTicker","data":{data}}}\n')
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    return path


def test_a_recording_is_replayed_to_its_end(tmp_path):
    summary = lived(tmp_path / "state", for_s=None, feed=recording(tmp_path / "market.gz", 150))
    assert summary.why == "the end of the recording"
    assert summary.ran_s == pytest.approx(150, abs=2)
    assert summary.fills > 0
    assert summary.naked_open == 0


@pytest.mark.skipif(not RECORDING.is_file(), reason="the real recording is not here: set HEDGECTL_DATA")
def test_the_whole_real_recording_is_replayed(tmp_path):
    summary = lived(tmp_path, for_s=None, feed=RECORDING)
    assert summary.why == "the end of the recording"
    assert summary.ran_s == pytest.approx(345, abs=3)
    assert summary.fills > 0


def test_once_handles_the_inbox_reconciles_and_ends(tmp_path):
    wish = {"intent_id": "a1", "symbol": "ETHUSDT", "side": "BUY", "notional_usdt": "120"}
    drop(tmp_path, json.dumps(wish).encode(), 1)
    drop(tmp_path, b'{"symbol": "ETHUSDT", "side": "buy", "notional_usdt": 120}', 2)
    summary = lived(tmp_path, for_s=None, once=True)
    assert (summary.why, summary.intents, summary.refused, summary.fills) == ("once", 2, 1, 1)
    assert (summary.positions_open, summary.naked_open) == (1, 0)
    assert summary.ran_s < 30
    assert [path.name for path in (tmp_path / "inbox" / "done").iterdir()]
    assert [path.suffix for path in sorted((tmp_path / "inbox" / "refused").iterdir())] == [".json", ".why"]


def test_a_state_folder_has_one_writer(tmp_path):
    lock = acquire(folder_lock(tmp_path), Holder(os.getpid(), "here", "now", "0"))
    flags = {"run.state_dir": str(tmp_path)}
    with pytest.raises(LockHeld, match="held by pid"):
        run(RunOptions(for_s=1, sim_url="http://127.0.0.1:9"), load(flags, {}).config)
    lock.release()


def test_money_of_the_summary_is_the_exchanges_own(live):
    life = live(seed=5, seconds=300, demo=True)
    ledger = life.ledger.of("fill")
    assert life.summary.fills == len(ledger)
    assert life.summary.fees_usdt == sum((entry.body["fee"] for entry in ledger), D(0))
    assert life.summary.realised_usdt == sum((entry.body["realised"] for entry in ledger), D(0))

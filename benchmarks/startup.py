"""How long `hedgectl -h` takes, against a plain Typer app with as many commands and rich help: the ratio is the figure.

Alternating runs, minimum of each: what the machine does beside it disturbs both alike. At most 1.5 is wanted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
RATIO_MAX = 1.5
COMMANDS = 8
PLAIN = f"""
import typer
app = typer.Typer(rich_markup_mode="rich", help="A plain app.")
@app.callback()
def root(json: bool = typer.Option(False, "--json", help="One envelope.")) -> None: ...
def make(number):
    def entry(symbol: str = typer.Option("", help="A symbol."), count: int = typer.Option(0, help="A count.")) -> None:
        "Does one thing."
    app.command(f"command{{number}}")(entry)
for number in range({COMMANDS}):
    make(number)
app()
"""


def elapsed_ms(command: list[str], folder: Path) -> float:
    """Wall time of one process, in milliseconds."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plain.py").write_text(PLAIN)
        ours = [sys.executable, "-m", "hedgectl", "-h"]
        plain = [sys.executable, "plain.py", "--help"]
        times = [(elapsed_ms(ours, folder), elapsed_ms(plain, folder)) for _ in range(ROUNDS)]
    best_ours, best_plain = (min(each) for each in zip(*times, strict=True))
    ratio = best_ours / best_plain
    print(f"hedgectl -h {best_ours:.0f} ms, plain Typer {best_plain:.0f} ms: ratio {ratio:.2f} (at most {RATIO_MAX})")
    return int(ratio > RATIO_MAX)


if __name__ == "__main__":
    sys.exit(main())

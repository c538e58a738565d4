"""Goal: no page of this repository says what is not so: no dead link, no proof, path, command, flag, key, variable,
exit code or target that does not exist. Method: every kind of saying is looked for on every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .saying import KINDS, ROOT, slugs

PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in ("state", "logs", "dist") for part in path.relative_to(ROOT).parts)
)
ARCHITECTURE = ROOT / "docs" / "ARCHITECTURE.md"


def test_the_pages_are_found():
    names = {str(page.relative_to(ROOT)) for page in PAGES}
    assert {"README.md", "SECURITY.md", "CHANGELOG.md", "docs/ARCHITECTURE.md", "docs/runbooks/kill.md"} <= names


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_it_says_is_so(page, kind):
    assert list(KINDS[kind](page, page.read_text(encoding="utf-8"))) == []


WRONG = [
    ("links", "[there](docs/nowhere.md)"),
    ("links", "[there](docs/going-live.md#9-paradise)"),
    ("links", '[proof](tests/laws/test_l2.py "test_that_nobody_wrote")'),
    ("paths", "It stands in `core/engine/magic.py`."),
    ("paths", "Proven by `tests/laws/test_l2.py::test_that_nobody_wrote`."),
    ("paths", "Proven by `tests/nowhere/`."),
    ("commands", "Type `hedgectl fly`."),
    ("commands", "Type `hedgectl config fly`."),
    ("commands", "    hedgectl doctor --deeper      # look"),
    ("commands", "```console\n$ hedgectl run --env demo --fast | tail -n 1\nsaid\n```"),
    ("commands", "    cd there; hedgectl status --slow"),
    ("flags", "With `--deeper` it looks again."),
    ("keys", "Set `live.staged_notional_usdt_most`."),
    ("keys", 'Set `reconcile.orphan = "adopt"`.'),
    ("variables", "Set HEDGECTL_RUN__SYMBOL."),
    ("exit_codes", "It ends with exit code 11."),
    ("exit_codes", "Exit codes 3 or 44."),
    ("targets", "Then `make coffee`."),
]
RIGHT = [
    ("links", "[there](docs/going-live.md#2-keys) and [here](#as-said)\n\n# As said"),
    ("links", '[proof](tests/laws/test_l2.py "test_without_an_obstacle_an_entry_goes")'),
    ("paths", "`core/engine/entries.py`, `tests/core/risk/`, `tests/sim*/`, `state/inbox`, `yes/no`"),
    ("commands", "    hedgectl --json config show --origin     # or `hedgectl COMMAND -h`"),
    ("commands", '`hedgectl kill --mode flatten --why "a # sign"`, `hedgectl explain risk.order_cap`'),
    ("commands", "```console\n$ echo '{}' | hedgectl submit - -q &\n$ hedgectl run \\\n    --once\n```"),
    ("flags", "`--deep`, `-q`, `--keep 30`"),
    ("keys", "`run.symbols`, `risk.symbol_cap`, `order.retry`, `state.json`"),
    ("variables", "HEDGECTL_RUN__SYMBOLS, HEDGECTL_API_KEY, HEDGECTL_..."),
    ("exit_codes", "Exit code 3 or 4, exit code 130."),
    ("targets", "`make docs`, we make it"),
]


@pytest.mark.parametrize("kind, text", WRONG)
def test_what_is_not_so_is_found(kind, text):
    assert len(list(KINDS[kind](ROOT / "page.md", text))) == 1


@pytest.mark.parametrize("kind, text", RIGHT)
def test_what_is_so_is_let_be(kind, text):
    page = ROOT / "docs" / "drills.md" if "#as-said" in text else ROOT / "page.md"
    text = text.replace("(docs/", "(").replace("#as-said", "#drills") if page.parent.name == "docs" else text
    assert list(KINDS[kind](page, text)) == []


def test_a_heading_is_found_by_its_words():
    assert slugs("# A: `b`, c-d\n\n```\n# none\n```\n## 2. Keys") == {"a-b-c-d", "2-keys"}


def test_the_architecture_names_every_room_and_no_other():
    table = ARCHITECTURE.read_text(encoding="utf-8").partition("## Rooms")[2].partition("\n## ")[0]
    named = set(re.findall(r"(?m)^\| `([\w/]+)` \|", table))
    rooms = {path.parent.relative_to(ROOT / "hedgectl") for path in (ROOT / "hedgectl").rglob("__init__.py")}
    assert named == {str(each) for each in rooms if each != Path(".")}

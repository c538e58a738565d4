"""Goal: what is written about the checks is what the checks are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from hedgectl.checks.registry import all_checks
from hedgectl.commands.codes import explained

ROOT = Path(__file__).parents[2]


def test_the_page_of_the_checks_is_not_stale():
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    page = (ROOT / "docs" / "doctor.md").read_text()
    assert page == made.pages()["doctor.md"], "run python docs/make_reference.py"
    for name in all_checks():
        assert f"`{name}`" in page


@pytest.mark.parametrize("name", all_checks())
def test_the_code_of_a_check_is_explained_by_what_it_looks_at(name):
    about = all_checks()[name].about
    assert about in explained(f"doctor.{name}")
    assert about[0].isupper()
    assert about.endswith((").", "."))
    assert len(about) < 120

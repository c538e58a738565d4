"""Goal: a cure for the configuration changes the one line that is wrong, or says that a person must."""

from __future__ import annotations

import json
import subprocess

import pytest


def cured(patient, text):
    """The file after what the row says was pasted, and the fix."""
    path = patient.write(text)
    fix = patient.row("config")["fix"]
    if not fix.startswith("${EDITOR"):
        patient.paste(fix)
    return path.read_text(), fix


def test_a_key_of_the_same_name_in_another_table_is_left_alone(patient):
    text, _ = cured(patient, "[tier_core]\nleverage_max = 3\n[tier_fringe]\nleverage_max = 900\n")
    assert text.startswith("[tier_core]\nleverage_max = 3\n")
    assert "900" not in text


@pytest.mark.parametrize(
    "text", ["run.cycel_s = 5\n", '[run]\n"cycel_s" = 5\n', "run = { cycel_s = 5 }\n", '[run]\n"a/b" = 5\n']
)
def test_what_stands_on_no_line_of_its_own_is_for_a_person(patient, text):
    left, fix = cured(patient, text)
    assert (left, fix) == (text, "${EDITOR:-vi} hedgectl.toml")


def test_a_file_with_a_space_in_its_name_is_quoted(patient):
    path = patient.write("[run]\ncycle_s = 0\n", "my desk/my file.toml")
    _, out = patient.hedgectl("doctor", "--only", "config", "--json", "--config", path)
    fix = json.loads(out)["data"]["checks"][0]["fix"]
    subprocess.run(fix, shell=True, check=True, cwd=patient.folder, timeout=10)
    assert "cycle_s = 0" not in path.read_text()

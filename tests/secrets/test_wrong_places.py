"""Goal: a secret that somebody put where none belongs is refused, and not shown while that is said."""

from __future__ import annotations

from .house import lines

WRITTEN = (
    'api_key = "{0}"',
    "api_key = {0}",
    'api_secret = "{0}',
    '[run]\napi_secret = "{0}"',
    '[exchange]\ntoken = "{0}"',
    '[run]\nkey = "{0}"',
    '[run]\nenvironment = "{0}"',
    '[run]\nsymbols = ["{0}"]',
    "{0}",
    '"{0}" = 1',
    "[{0}]",
)
TYPED = """
run --api-key {0}
run --api-key={0}
--api-secret {0} run
run --env sim --sim-url http://desk:{0}@127.0.0.1:1
run --env sim --sim-url http://:{0}@127.0.0.1:1
run --env sim --sim-url desk:{0}@127.0.0.1:1
run --env sim --sim-url http://127.0.0.1:1?token={0}
doctor --env sim --sim-url https://{0}@127.0.0.1:1/
reconcile --env sim --sim-url http://desk:{0}@127.0.0.1:1
kill --mode flatten --why test --env sim --sim-url http://desk:{0}@127.0.0.1:1
route-dry-run --symbol ETHUSDT --exit --book live --env sim --sim-url http://desk:{0}@127.0.0.1:1
"""
VARIABLES = ("HEDGECTL_RUN__API_KEY", "HEDGECTL_API__SECRET", "HEDGECTL_RUN__ENVIRONMENT", "HEDGECTL_BOX__SEED")


def test_a_secret_in_the_wrong_place_is_refused_without_being_shown(house, monkeypatch, tmp_path_factory):
    strange, planted = house.canaries["strange"], tmp_path_factory.mktemp("wrong") / "planted.toml"
    for text in WRITTEN:
        planted.write_text(text.format(strange))
        for line in ("config check", "run", "doctor --only local", "config show --json"):
            assert house.hedgectl(f"{line} --config {planted}") != 0, text
        house.hedgectl(f"status --config {planted}")
    for line in lines(TYPED):
        assert house.hedgectl(line.format(strange)) == 2
        house.said[-1] = (line, house.said[-1][1])  # what was typed is the person's, what was answered is ours
    for variable in VARIABLES:
        monkeypatch.setenv(variable, strange)
        for line in ("config check", "run", "doctor --only local --share"):
            assert house.hedgectl(line) != 0, variable
        monkeypatch.delenv(variable)
    assert "\n".join(house.leaks()) == ""

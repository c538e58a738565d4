"""Goal: a key comes whole, from a place that is private, and is shown nowhere (L8)."""

from __future__ import annotations

import pytest

from hedgectl.config.secrets import SecretsRefused, find_secrets

KEY = {"HEDGECTL_API_KEY": "kkk", "HEDGECTL_API_SECRET": "sss"}


@pytest.fixture
def home(folder, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    made = folder / "hedgectl" / "demo"
    made.mkdir(parents=True)
    return made


def write(folder, mode=0o600, **texts):
    for name, text in texts.items():
        path = folder / name
        path.write_text(text)
        path.chmod(mode)


def test_the_environment_gives_both():
    found = find_secrets(KEY, "live")
    assert (found.key, found.secret) == ("kkk", "sss")
    assert "kkk" not in repr(found)
    assert "sss" not in repr(found)


def test_the_service_folder_wins(home):
    service = home / "service"
    service.mkdir()
    write(service, 0o444, api_key="from-service\n", api_secret="too")
    assert find_secrets(KEY | {"CREDENTIALS_DIRECTORY": str(service)}, "live").key == "from-service"


def test_private_files_of_the_environment_are_the_last_place(home):
    write(home, api_key="k1\n", api_secret="s1\n")
    assert find_secrets({}, "demo").secret == "s1"
    with pytest.raises(SecretsRefused):
        find_secrets({}, "live")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_files_that_others_can_read_are_refused(home, mode):
    write(home, mode, api_key="k1", api_secret="s1")
    with pytest.raises(SecretsRefused, match="read by others") as caught:
        find_secrets({}, "demo")
    assert caught.value.hint.startswith("chmod 600")


@pytest.mark.parametrize(
    "environ", [{"HEDGECTL_API_KEY": "kkk"}, {"HEDGECTL_API_SECRET": "sss"}, KEY | {"HEDGECTL_API_KEY": "k\x00"}]
)
def test_half_a_pair_and_strange_characters_are_refused_without_showing_them(environ):
    with pytest.raises(SecretsRefused) as caught:
        find_secrets(environ, "live")
    assert not any(value in str(caught.value) + caught.value.hint for value in environ.values())


def test_nothing_at_all_says_both_ways(home):
    with pytest.raises(SecretsRefused, match="no API key for live") as caught:
        find_secrets({}, "live")
    assert "HEDGECTL_API_KEY" in caught.value.hint
    assert "0600" in caught.value.hint

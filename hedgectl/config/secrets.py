"""Key and secret of an account: from a service's credential folder, the environment, or files that only the user reads.

Never from flags and never from the configuration file. Their values appear in no message, repr or log (L8).
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SECRET_BYTES_MAX = 4_096
NAMES = ("api_key", "api_secret")


class SecretsRefused(ValueError):
    """No usable key and secret; `what` says why, `hint` what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Secrets:
    """A key with its secret, and where they came from."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    origin: str


def find_secrets(environ: Mapping[str, str], environment: str) -> Secrets:
    """The account's key and secret for `environment` (demo, live); the first place that has either must have both.

    Order: $CREDENTIALS_DIRECTORY/api_key and api_secret (systemd), HEDGECTL_API_KEY and HEDGECTL_API_SECRET, then
    <user configuration>/hedgectl/<environment>/api_key and api_secret of mode 0600. Raises SecretsRefused.
    """
    service = environ.get("CREDENTIALS_DIRECTORY")
    if service and any((Path(service) / name).is_file() for name in NAMES):
        return _from_folder(Path(service), private=False)
    key, secret = environ.get("HEDGECTL_API_KEY", ""), environ.get("HEDGECTL_API_SECRET", "")
    if key or secret:
        return _both(key.strip(), secret.strip(), "environment")
    folder = secrets_folder(environment)
    if any((folder / name).is_file() for name in NAMES):
        return _from_folder(folder, private=True)
    hint = f"set HEDGECTL_API_KEY and HEDGECTL_API_SECRET, or write {folder}/api_key and api_secret, mode 0600"
    raise SecretsRefused(f"no API key for {environment}", hint)


def secrets_folder(environment: str) -> Path:
    """Where this user's own files of key and secret are."""
    from platformdirs import user_config_path

    return user_config_path("hedgectl", appauthor=False) / environment


def _from_folder(folder: Path, *, private: bool) -> Secrets:
    key, secret = (_read(folder / name, private) for name in NAMES)
    return _both(key, secret, str(folder))


def _read(path: Path, private: bool) -> str:
    try:
        with path.open("rb") as file:
            if private and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise SecretsRefused(f"{path} can be read by others", f"chmod 600 {shlex.quote(str(path))}")
            return file.read(SECRET_BYTES_MAX).decode().strip()
    except OSError as wrong:
        raise SecretsRefused(f"{path}: {wrong.strerror}", "write key and secret to files of mode 0600") from wrong
    except UnicodeDecodeError:
        raise SecretsRefused(f"{path} is no text", "one line of plain text") from None


def _both(key: str, secret: str, origin: str) -> Secrets:
    if not key or not secret:
        missing = NAMES[0] if not key else NAMES[1]
        raise SecretsRefused(f"{origin} has no {missing}", "a key is only usable with its secret")
    if not (key.isascii() and key.isprintable() and secret.isascii() and secret.isprintable()):
        raise SecretsRefused(f"key or secret of {origin} hold characters that no key has", "copy them again")
    return Secrets(key, secret, origin)

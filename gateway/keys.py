"""The master key: made once, read at every start, never shown."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from gateway.config import Settings

_BYTES = 32


class KeyUnusable(Exception):
    """The master key cannot be used. Without the right one nobody's number can be read."""


def read_master_key(settings: Settings) -> bytes:
    """The master key from the settings or its file. Raises KeyUnusable with a sentence about what to do."""
    given = settings.secrets.master_key.get_secret_value()
    where = "secrets.master_key"
    if not given:
        path = settings.secrets.master_key_file
        where = str(path)
        try:
            given = path.read_text("ascii", errors="replace").strip()
        except OSError as error:
            raise KeyUnusable(f"{path}: {error.strerror}; `gridgate init` makes a key") from None
    try:
        key = bytes.fromhex(given)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise KeyUnusable(f"{where}: a master key is {_BYTES * 2} hex digits")
    return key


def make_master_key(path: Path) -> bool:
    """Make a key file readable by its owner only. Returns False and changes nothing when there is one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(_BYTES) + "\n")
        file.flush()
        os.fsync(descriptor)
    return True

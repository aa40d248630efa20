"""The operator's master key: made once, read at every start; it never leaves the process and is never logged."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from gateway.config import Settings
from gateway.config_file import ConfigError
from routing_rules.yaml_lines import Problem

#: Length of the key in bytes.
KEY_BYTES = 32
_HEX = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}")


def create_master_key(path: Path) -> bool:
    """Write a new key in hex where there is none, readable by its owner only; False when there is one already.

    The folder is made too. Raises OSError. A key is never overwritten: without it stored numbers are lost.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read_master_key(settings: Settings) -> bytes:
    """The 32 bytes, from the setting itself or from its file. Raises ConfigError when there is no sound key."""
    if given := settings.secrets.master_key.get_secret_value():
        return bytes.fromhex(given)
    path = settings.secrets.master_key_file
    try:
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise _refusal(path, "does not exist; `gridgate init` makes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(path, f"cannot be read as text: {type(error).__name__}") from None
    if not _HEX.fullmatch(text):
        raise _refusal(path, f"must hold {2 * KEY_BYTES} hex digits on one line")
    return bytes.fromhex(text)


def _refusal(path: Path, sentence: str) -> ConfigError:
    problem = Problem(file=str(path), line=None, field="secrets.master_key_file", sentence=sentence)
    return ConfigError([problem])

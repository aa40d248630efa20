"""The master key is made once and never overwritten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.config_load import load
from gateway.keys import KeyUnusable, make_master_key, read_master_key


def settings_of(path: Path, **more: str):
    return load(None, {"GRIDGATE_SECRETS__MASTER_KEY_FILE": str(path), **more})


def test_a_new_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "master.key"
    assert make_master_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(read_master_key(settings_of(path))) == 32


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    make_master_key(path)
    before = path.read_bytes()
    assert not make_master_key(path)
    assert path.read_bytes() == before


def test_two_keys_are_not_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_master_key(tmp_path / name)
    assert (tmp_path / "a").read_text() != (tmp_path / "b").read_text()


def test_a_key_in_the_settings_wins_over_the_file(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "none", GRIDGATE_SECRETS__MASTER_KEY="0f" * 32)
    assert read_master_key(settings) == b"\x0f" * 32


@pytest.mark.parametrize(
    ("content", "said"), [(None, "gridgate init"), (b"short", "64 hex digits"), (b"\xff" * 64, "64 hex digits")]
)
def test_without_a_sound_key_the_gateway_does_not_start(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KeyUnusable, match=said):
        read_master_key(settings_of(path))

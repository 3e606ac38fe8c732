"""The store of compiled flows gives back only what it put there itself, whole."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

import turbo_yaml
from turbo_yaml.compiler.store import Store, digest, stamps

KEY = digest(b"a key")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def test_an_entry_comes_back_as_it_was_put(store: Store) -> None:
    store.put(KEY, b"body")
    assert store.get(KEY) == b"body"


def test_what_was_never_put_is_not_there(store: Store) -> None:
    assert store.get(KEY) is None


def test_the_folder_is_private(store: Store) -> None:
    store.put(KEY, b"body")
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("position", [0, 20, 60, 90, -1])
def test_a_damaged_entry_counts_as_not_there(store: Store, position: int) -> None:
    store.put(KEY, b"body of the entry")
    entry = store.folder / KEY
    raw = bytearray(entry.read_bytes())
    raw[position] ^= 1
    entry.write_bytes(raw)
    assert store.get(KEY) is None


def test_an_entry_cut_short_counts_as_not_there(store: Store) -> None:
    store.put(KEY, b"body of the entry")
    entry = store.folder / KEY
    entry.write_bytes(entry.read_bytes()[:-3])
    assert store.get(KEY) is None


def test_an_entry_under_the_name_of_another_counts_as_not_there(store: Store) -> None:
    store.put(KEY, b"body")
    other = digest(b"another key")
    (store.folder / KEY).rename(store.folder / other)
    assert store.get(other) is None


def test_a_folder_that_others_can_write_to_is_not_used(store: Store) -> None:
    store.put(KEY, b"body")
    store.folder.chmod(0o777)
    assert store.get(KEY) is None


def test_a_linked_folder_is_not_used(store: Store, tmp_path: Path) -> None:
    store.put(KEY, b"body")
    (tmp_path / "link").symlink_to(store.folder)
    assert Store(tmp_path / "link").get(KEY) is None


def test_an_entry_that_is_a_link_is_not_used(store: Store, tmp_path: Path) -> None:
    store.put(KEY, b"body")
    entry = store.folder / KEY
    entry.rename(tmp_path / "moved")
    entry.symlink_to(tmp_path / "moved")
    assert store.get(KEY) is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to another user")
def test_an_entry_of_another_user_is_not_used(store: Store) -> None:
    store.put(KEY, b"body")
    os.chown(store.folder / KEY, 12345, 12345)
    assert store.get(KEY) is None


def test_a_store_that_cannot_be_written_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    store = Store(tmp_path / "cache")
    store.put(KEY, b"body")
    assert store.get(KEY) is None


def test_parts_of_a_digest_are_told_apart() -> None:
    assert digest(b"ab", b"c") != digest(b"a", b"bc")


def test_every_module_that_makes_an_entry_has_its_stamp() -> None:
    package = Path(turbo_yaml.__file__).parent
    stages = ("analysis", "codegen", "compiler", "flow", "settings", "source", "syntax", "template", "types")
    modules = (path.relative_to(package) for stage in stages for path in (package / stage).rglob("*.py"))
    assert [line.split(":")[0] for line in stamps(package)] == sorted(path.as_posix() for path in modules)


@pytest.mark.parametrize("place", ["codegen/steps.py", "codegen/templates/lowering.py"])
def test_an_edited_module_has_another_stamp(place: str, tmp_path: Path) -> None:
    shutil.copytree(Path(turbo_yaml.__file__).parent, tmp_path, dirs_exist_ok=True)
    before = stamps(tmp_path)
    with (tmp_path / place).open("a", encoding="utf-8") as file:
        file.write("\n")
    (changed,) = set(stamps(tmp_path)) - set(before)
    assert changed.startswith(place)


def test_the_store_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURBO_YAML_CACHE", "off")
    assert Store.default() is None

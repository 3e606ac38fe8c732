"""Compiled flows on disk: a private folder of entries, each found by the content it was made from."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterable
from functools import cache
from importlib.util import MAGIC_NUMBER, find_spec
from pathlib import Path

from turbo_yaml.version import __version__

_MAGIC = b"turbo-yaml unit 1\n"
_MOST_ENTRIES = 2000
_STAGES = ("syntax", "template", "types", "flow", "settings", "analysis", "codegen", "compiler", "source")


def digest(*parts: bytes) -> str:
    """Return the hash of parts, in hexadecimal; parts are told apart by their lengths."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


@cache
def toolchain() -> bytes:
    """Return what identifies the versions that made an entry: ours, Jinja's, Python's."""
    spec = find_spec("jinja2")
    jinja = b"" if spec is None or spec.origin is None else Path(spec.origin).read_bytes()
    ours = stamps(Path(__file__).parent.parent)
    python = f"{sys.implementation.cache_tag} {sys.version}".encode()
    return digest(__version__.encode(), jinja, python, MAGIC_NUMBER, "\n".join(ours).encode()).encode()


def stamps(package: Path) -> list[str]:
    """Return a line for each module below the stages of a package: its place, size and time of writing."""
    lines = []
    folders = list(_STAGES)
    for folder in folders:
        with os.scandir(package / folder) as found:
            for entry in found:
                place = f"{folder}/{entry.name}"
                if place.endswith(".py"):
                    facts = entry.stat()
                    lines.append(f"{place}:{facts.st_size}:{facts.st_mtime_ns}")
                elif entry.name != "__pycache__" and entry.is_dir():
                    folders.append(place)  # and gone through by this loop
    return sorted(lines)


class Store:
    """A folder of entries. Whatever is damaged, foreign or out of reach counts as not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def default(cls) -> Store | None:
        """Return the user's own store, or None where it is switched off or has no home."""
        given = os.environ.get("TURBO_YAML_CACHE")
        if given in ("", "off", "0"):
            return None
        if given:
            return cls(Path(given))
        base = os.environ.get("XDG_CACHE_HOME")
        try:
            return cls((Path(base) if base else Path.home() / ".cache") / "turbo-yaml")
        except RuntimeError:  # there is no home
            return None

    def get(self, key: str) -> bytes | None:
        """Return an entry's bytes, or None where there is no sound entry of our own."""
        try:
            if not self._is_private():
                return None
            handle = os.open(self.folder / key, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(handle, "rb") as file:
                if _owner(os.fstat(file.fileno())) != _user():
                    return None
                raw = file.read()
        except OSError:
            return None
        head, mark, body = raw[: len(_MAGIC)], raw[len(_MAGIC) : len(_MAGIC) + 64], raw[len(_MAGIC) + 64 :]
        if head != _MAGIC or mark.decode("ascii", "replace") != digest(key.encode(), body):
            return None
        return body

    def put(self, key: str, body: bytes) -> None:
        """Keep bytes under a key; where that cannot be done, do nothing."""
        import tempfile

        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_private():
                return
            self._make_room()
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_MAGIC + digest(key.encode(), body).encode() + body)
                os.replace(temporary, self.folder / key)  # noqa: PTH105
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError:
            return

    def _is_private(self) -> bool:
        found = os.lstat(self.folder)
        others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        return stat.S_ISDIR(found.st_mode) and _owner(found) == _user() and not others_write

    def _make_room(self) -> None:
        entries: Iterable[Path] = list(self.folder.iterdir())
        if len(list(entries)) >= _MOST_ENTRIES:
            oldest = sorted(entries, key=lambda entry: entry.stat().st_mtime_ns)
            for entry in oldest[: _MOST_ENTRIES // 2]:
                entry.unlink(missing_ok=True)


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _owner(found: os.stat_result) -> int:
    return found.st_uid if hasattr(os, "getuid") else 0

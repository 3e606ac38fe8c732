"""An audit hook for a process that goes through many inputs: what they must never bring about is stopped."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.hostile.guard import Guard
from tests.hostile.opened import Folders

_ON_PATHS = frozenset(
    {"os.listdir", "os.scandir", "os.walk", "sqlite3.connect", "os.remove", "os.mkdir", "os.chmod"}
)


class Watch(Guard):
    """Allows what is below a folder, to read and to write it, and some events; nothing else of the system."""

    def __init__(self, folder: Path, also: Collection[str] = ()) -> None:
        super().__init__()
        self._folder = str(folder.resolve())
        self._also = frozenset(also)
        self._folders = Folders()
        self._folders.install()
        self.compiles = True

    @contextmanager
    def on(self, armed: bool = True) -> Iterator[None]:
        """Watch what is done within, or do not."""
        before, self.armed = self.armed, armed
        try:
            yield
        finally:
            self.armed = before

    def _allowed(self, event: str, args: tuple[Any, ...]) -> bool:
        if event in self._also:
            return True
        if event == "open" and isinstance(args[0], str | bytes):
            return self._below(self._folders.real(args[0])) or super()._allowed(event, args)
        if event in _ON_PATHS:
            named = isinstance(args[0], str | bytes | os.PathLike)
            below = named and self._below(os.path.realpath(os.fsdecode(args[0])))
            return below or super()._allowed(event, args)
        return super()._allowed(event, args)

    def _below(self, path: str) -> bool:
        return f"{path}/".startswith(f"{self._folder}/")

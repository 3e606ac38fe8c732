"""The real path of what is opened: an audit event tells no folder that a name is relative to."""

from __future__ import annotations

import os
import threading
from typing import Any


class Folders:
    """Knows the folder that each `os.open` goes out from, once it is installed."""

    def __init__(self) -> None:
        self._here = threading.local()

    def install(self) -> None:
        """Let `os.open` note its folder before it opens."""
        opened = os.open

        def noted(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            self._here.folder = dir_fd
            try:
                return opened(path, flags, mode, dir_fd=dir_fd)
            finally:
                self._here.folder = None

        os.supports_dir_fd.add(noted)
        os.open = noted

    def real(self, path: str | bytes) -> str:
        """Return where a path that is being opened leads, all links followed."""
        folder = getattr(self._here, "folder", None)
        name = os.fsdecode(path)
        if folder is None:
            return os.path.realpath(name)
        return os.path.realpath(os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name))  # noqa: PTH115, PTH118

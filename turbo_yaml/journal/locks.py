"""Which process is at work: a lock that ends with its process, however that ends."""

from __future__ import annotations

import os
from pathlib import Path
from time import sleep
from typing import Final

from turbo_yaml.errors import JournalError
from turbo_yaml.journal.folder import WITHOUT, make_private

_FOLDER: Final = "running"
_TRIES: Final = 3
_PAUSE: Final = 0.01


class Owner:
    """A process at work on runs: a file that is locked as long as it lives, or until `release`."""

    def __init__(self, folder: Path) -> None:
        from secrets import token_hex

        make_private(folder / _FOLDER)
        self.name = token_hex(8)
        self._path = folder / _FOLDER / self.name
        try:
            self._handle: int | None = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            if not _lock_soon(self._handle):
                raise JournalError(f"the file `{self._path}` cannot be locked", hint=WITHOUT)
            os.write(self._handle, str(os.getpid()).encode())
        except OSError as problem:
            message = f"the file `{self._path}` cannot be written: {problem.strerror}"
            raise JournalError(message, hint=WITHOUT) from None

    def release(self) -> None:
        """Let others have the runs. May be called twice."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._path.unlink(missing_ok=True)
            os.close(handle)


def process_of(folder: Path, owner: str) -> str | None:
    """Return the number of the process that an owner is; None where that is gone."""
    path = folder / _FOLDER / owner
    if path.name != owner:
        return None  # nobody of ours is called so: the journal is damaged, or made to name another file
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        if not _lock(handle):
            return os.read(handle, 32).decode("ascii", "replace") or "?"
        path.unlink(missing_ok=True)  # its process has ended without a word
    finally:
        os.close(handle)
    return None


def _lock_soon(handle: int) -> bool:
    """Lock an open file, past somebody who only looks whether it is locked."""
    for _ in range(_TRIES):
        if _lock(handle):
            return True
        sleep(_PAUSE)
    return False


def _lock(handle: int) -> bool:
    """Lock an open file for whoever opened it; False where it is locked already."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

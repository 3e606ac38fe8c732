"""One process for each run at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

import os
from pathlib import Path
from time import sleep
from typing import Final

from turbo_yaml.errors import JournalError
from turbo_yaml.journal.folder import make_private

_FOLDER: Final = "running"
_TRIES: Final = 3
_PAUSE: Final = 0.01


class RunLock:
    """Holds a run for this process until `release`, or until the process is gone."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle: int | None = handle

    @classmethod
    def take(cls, folder: Path, name: str) -> RunLock:
        """Take the lock of a run; `JournalError` where another process, or another task, holds it."""
        make_private(folder / _FOLDER)
        path = folder / _FOLDER / name
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if not _lock_soon(handle):
                holder = os.read(handle, 32).decode("ascii", "replace").strip()
                os.close(handle)
                who = f"process {holder}" if holder else "another process"
                raise JournalError(
                    f"run `{name}` is going on now, in {who}", hint="wait for it to end, or stop it first"
                )
            if _is_file(handle, path):
                break
            os.close(handle)  # its last holder has removed it meanwhile
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        return cls(path, handle)

    def release(self) -> None:
        """Let others have the run. May be called twice."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._path.unlink(missing_ok=True)
            os.close(handle)


def is_held(folder: Path, name: str) -> bool:
    """Tell whether some process is at work on a run."""
    try:
        handle = os.open(folder / _FOLDER / name, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(handle)
    finally:
        os.close(handle)


def _lock_soon(handle: int) -> bool:
    """Lock an open file, past somebody who only looks whether it is locked."""
    for _ in range(_TRIES):
        if _lock(handle):
            return True
        sleep(_PAUSE)
    return False


def _is_file(handle: int, path: Path) -> bool:
    try:
        found, there = os.fstat(handle), os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        return False
    return (found.st_ino, found.st_dev) == (there.st_ino, there.st_dev)


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

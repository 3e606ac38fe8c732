"""A target that is at fault in every way: what a fuzz is there to see."""

from __future__ import annotations

import faulthandler
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable

from tests.hostile.fuzz.target import Target

FAULTS = {
    b"e": "ValueError: planted",
    b"f": "did open",
    b"d": "not allowed here: open",
    b"p": "not allowed here: subprocess.Popen",
    b"s": "not allowed here: socket.__new__",
    b"c": "not allowed here: exec",
    b"m": "MemoryError",
    b"t": "more CPU than one input may take",
    b"h": "nothing happened for",
    b"a": "ended by SIGABRT",
}


class Planted(Target):
    """Does what its input says."""

    def seeds(self) -> Iterable[bytes]:
        """Return what is not at fault, and what is when it is cut."""
        return [b"x", b"xxe", b"xfx"]

    def tried(self, data: bytes) -> None:
        """Be at fault; of other inputs nothing is wrong."""
        match data[:1]:
            case b"e":
                raise ValueError("planted")
            case b"f":
                self._swallowed("/etc/passwd")
            case b"d":
                self._below("..")
            case b"p":
                subprocess.run(["/bin/true"], check=False)
            case b"s":
                socket.socket().close()
            case b"c":
                exec("1")
            case b"m":
                len(b"x" * (1 << 32))
            case b"t":
                while True:
                    sys.getsizeof(data)
            case b"h":
                time.sleep(3600)
            case b"a":
                faulthandler.disable()  # it is known
                os.abort()

    def _swallowed(self, path: str) -> None:
        try:
            os.close(os.open(path, os.O_RDONLY))
        except PermissionError:
            pass

    def _below(self, name: str) -> None:
        """Open by a name that tells nothing without its folder."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.close(os.open(name, os.O_RDONLY, dir_fd=folder))
        finally:
            os.close(folder)


class Quick(Planted):
    """The same, without what takes time or the process."""

    def tried(self, data: bytes) -> None:
        """Be at fault in two ways."""
        if data[:1] in (b"e", b"f"):
            super().tried(data)

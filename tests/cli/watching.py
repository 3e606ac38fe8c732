"""Checks many broken flows and notes each file that is opened, program that is started, code that is run.

`python -m tests.cli.watching ROOT EXAMPLES` prints as JSON what happened in `check`. A watch cannot be taken
away again, so it is a process of its own.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.cli.mutants import ESCAPES, mutants
from tests.hostile.opened import Folders
from turbo_yaml.cli.verbs import invoke

REFUSED = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove", "os.rename",
    "os.mkdir", "os.rmdir", "os.chmod", "shutil.", "ctypes.", "pty.", "urllib.",
)  # fmt: skip


class Watch:
    """Notes what happens while `on` is set."""

    def __init__(self) -> None:
        self.on = False
        self.seen: set[tuple[str, str]] = set()
        self._folders = Folders()
        self._folders.install()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open" and isinstance(arguments[0], str | bytes):
            self.seen.add((event, self._folders.real(arguments[0])))
        elif event == "exec" and arguments[0].co_filename.endswith((".yaml", ".yml", ".md")):
            self.seen.add((event, arguments[0].co_filename))
        elif event.startswith(REFUSED):
            self.seen.add((event, repr(arguments)))


def main(root: str, examples: int) -> None:
    """Check mutants of good flows under `root` and print what was seen."""
    os.chdir(root)
    watch = Watch()
    sys.addaudithook(watch)

    def check(data: bytes) -> None:
        Path("deep/flow.yaml").write_bytes(data)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            watch.on = True
            code = invoke(["check", "deep/flow.yaml"])
            watch.on = False
        assert code in (0, 1)

    for data in ESCAPES:
        check(data)
    careless = settings(
        max_examples=examples, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck]
    )
    careless(given(mutants())(check))()
    print(json.dumps(sorted(watch.seen)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

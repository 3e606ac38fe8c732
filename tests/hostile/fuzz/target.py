"""What a fuzz goes through: one part of the program, and what must hold whatever bytes it gets."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final, cast

from tests.hostile.fuzz.watch import Watch

_FOLDER: Final = Path(__file__).parents[1] / "found"
TARGETS: Final = {
    "loader": "tests.hostile.fuzz.targets.texts:Loader",
    "checker": "tests.hostile.fuzz.targets.flows:Checker",
    "templates": "tests.hostile.fuzz.targets.templates:Templates",
    "settings": "tests.hostile.fuzz.targets.layers:Layers",
    "replies": "tests.hostile.fuzz.targets.replies:Replies",
    "journals": "tests.hostile.fuzz.targets.journals:Journals",
}
"""Where each target is defined."""


class Target:
    """One part of the program. `tried` raises where something does not hold.

    `words`: pieces of its language; `allowed`: audit events that belong to it.
    """

    words: ClassVar[Sequence[bytes]] = ()
    allowed: ClassVar[Collection[str]] = ()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.watch: Watch | None = None

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Do something that belongs to the test and not to what is tested."""
        with nullcontext() if self.watch is None else self.watch.on(False):
            yield

    def seeds(self) -> Iterable[bytes]:
        """Return good inputs to begin with."""
        return ()

    def start(self) -> None:
        """Load and make what the inputs need."""

    def tried(self, data: bytes) -> None:
        """Take an input; whatever comes out as an exception is a finding."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what was made."""


class AsyncTarget(Target):
    """One whose work waits: an event loop goes on from one input to the next."""

    allowed = ("_thread.start_joinable_thread", "_thread.start_new_thread")

    def start(self) -> None:
        """Make the loop."""
        self.runner = asyncio.Runner()
        self.runner.run(asyncio.sleep(0))

    def await_(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do work to its end. What broke off in the loop is over with it."""
        try:
            self.runner.run(work)
        except BaseException:
            with self.unwatched():
                self.close()
                self.start()
            raise

    def close(self) -> None:
        """Close the loop."""
        self.runner.close()


def target_named(name: str, folder: Path) -> Target:
    """Return a target that works in a folder."""
    module, _, kind = (TARGETS.get(name) or name).partition(":")
    made: Any = getattr(import_module(module), kind)
    return cast(Target, made(folder))


def found_folder(name: str) -> Path:
    """Return the folder of the cases that a target was found wrong with."""
    return _FOLDER / name


def found_cases(name: str) -> list[Path]:
    """Return the cases that a target was found wrong with, at some time."""
    return sorted(path for path in found_folder(name).glob("*") if path.is_file())

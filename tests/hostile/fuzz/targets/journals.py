"""Flipped bytes in a journal to what its readers tell: what was recorded, or that it is damaged."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from collections.abc import Iterable, Sequence
from typing import Any

from tests.hostile.fuzz.target import AsyncTarget
from tests.journal.playing import Bench, drive
from turbo_yaml.errors import TurboError
from turbo_yaml.journal.database import FILE
from turbo_yaml.journal.journal import Run
from turbo_yaml.journal.search import Wanted, find_runs
from turbo_yaml.journal.story import difference, run_data

FLOW = """\
turbo: 1
steps:
  - system: You are brief.
  - user: "{{ now() }} {{ [1, 2, 3] | random }}"
  - generate:
    as: first
  - parallel:
      one: [{user: a}, generate]
      two: [{user: b}, generate]
  - input: Which?
    as: which
  - user: "{{ which }}"
  - generate
  - input: And?
    as: last
  - result: "{{ last }}"
"""
_WAIT = 20.0


class Journals(AsyncTarget):
    """The journal. An input is a row of edits of its file: kind, three bytes of an offset, a value."""

    words = tuple(bytes([kind, 0, page * 16, 0, 1]) for kind in range(6) for page in range(8))
    allowed = (*AsyncTarget.allowed, "sqlite3.connect/handle", "fcntl.flock")
    _names: Sequence[str] = ()

    def seeds(self) -> Iterable[bytes]:
        """Return a few edits."""
        return [bytes([kind, 0, place, 7, 255]) for kind in range(6) for place in range(0, 256, 5)]

    def start(self) -> None:
        """Record a few runs, once."""
        super().start()
        self._place = self.folder / "journal"
        if self._names:
            return
        self.runner.run(self._recorded())
        self._whole = (self._place / FILE).read_bytes()

    async def _recorded(self) -> None:
        bench = self._bench()
        for answers in ([], ["tea"], ["tea", "cake"]):
            run = bench.fn()
            await drive(run, answers)
            await run.aclose()
        self._names = [run.name for run in find_runs(bench.journal, Wanted(query="tea"))]
        bench.journal.close()
        assert len(self._names) == 2

    def _bench(self) -> Bench:
        with self.unwatched():
            return Bench(self._place, FLOW)

    def tried(self, data: bytes) -> None:
        """Damage the file, and ask everything of it."""
        with self.unwatched():
            shutil.rmtree(self._place)
            self._place.mkdir(mode=0o700)
            (self._place / FILE).write_bytes(self._edited(data))
        before = _descriptors()
        self.await_(asyncio.wait_for(self._read(), _WAIT))
        with self.unwatched():
            gc.collect()
            assert _descriptors() == before, "a file stays open"

    def _edited(self, data: bytes) -> bytes:
        file = bytearray(self._whole)
        for start in range(0, min(len(data) - 4, 200), 5):
            kind, high, middle, low, value = data[start : start + 5]
            at = (high << 16 | middle << 8 | low) % max(1, len(file))
            match kind % 6:
                case 0 if file:
                    file[at] ^= 1 << value % 8
                case 1 if file:
                    file[at] = value
                case 2:
                    file[at : at + value] = bytes(len(file[at : at + value]))
                case 3:
                    del file[len(file) - (at >> 4) :]
                case 4:
                    page = at // 4096 * 4096
                    other = value * 4096 % max(1, len(file))
                    file[page : page + 4096] = file[other : other + 4096]
                case _:
                    # Stored text is JSON: what its marks become is read as data.
                    found = file.find(b'"', at)
                    if found >= 0:
                        file[found] = value
        return bytes(file)

    async def _read(self) -> None:
        bench = self._bench()
        journal = bench.journal
        try:
            runs: list[Run] = _typed(lambda: find_runs(journal)) or []
            _typed(lambda: find_runs(journal, Wanted(query="tea*", model="x", flow="flow")))
            for run in runs:
                _typed(lambda run=run: run_data(journal, run))
                _typed(lambda run=run: journal.sources(run))
            if len(runs) > 1:
                _typed(lambda: difference(journal, runs[0], runs[1]))
            for name in self._names:
                await self._driven(_typed(lambda name=name: self._resumed(bench, name)))
            await self._driven(_typed(bench.fn))
            _typed(lambda: journal.fork(self._names[0], "generate"))
            _typed(lambda: journal.delete([self._names[0]]))
        finally:
            _typed(journal.close)

    def _resumed(self, bench: Bench, name: str) -> Any:
        return bench.fn.resume(name, on_change="rerun", unsure="retry")

    async def _driven(self, run: Any) -> None:
        if run is None:
            return
        try:
            await drive(run, ["tea", "cake"])
        except TurboError as problem:
            assert problem.message and "\n" not in problem.message, problem.message
        finally:
            await _typed_later(run)


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


async def _typed_later(run: Any) -> None:
    try:
        await run.aclose()
    except TurboError as problem:
        assert problem.message and "\n" not in problem.message, problem.message


def _typed(work: Any) -> Any:
    """Do something; return None where it fails in a known way."""
    try:
        return work()
    except TurboError as problem:
        assert problem.message and "\n" not in problem.message, problem.message
        return None

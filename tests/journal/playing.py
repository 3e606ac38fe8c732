"""Recorded runs in this process: a journal in a folder of its own, a model that counts what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.runtime.talking import Talker
from turbo_yaml.compiler.edge import loads
from turbo_yaml.journal.journal import Journal
from turbo_yaml.protocol import GetInput, Result
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.wrapper import TurboGenWrapper


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose clock can be put forward: `ahead` by so many seconds."""

    ahead = 0.0

    def time(self) -> float:
        """Return the time of the loop's own clock, in seconds."""
        return super().time() + self.ahead


class Bench:
    """A flow, a model and a journal: begin runs, break them off, let them go on."""

    def __init__(self, folder: Path, steps: str, model: Any = None) -> None:
        self.journal = Journal(folder)
        self.model = model or Talker()
        self.fn = self.of(steps)

    def of(self, steps: str) -> TurboGenFn:
        """Return the function of a flow with these steps."""
        text = steps if steps.startswith("turbo:") else f"turbo: 1\nsteps:\n{steps}"
        return loads(text, name="flow.yaml").using(model=self.model, journal=self.journal)

    @property
    def asked(self) -> int:
        """How often the model was asked."""
        return len(self.model.requests)

    def places(self, name: str, kind: str = "turn") -> list[str]:
        """Return where a run was told something, in order."""
        return [event.place for event in self.journal.events(self.journal.run(name)) if event.kind == kind]

    async def recorded(self, run: TurboGenWrapper) -> None:
        """Wait until the first that a run was told is on the disk."""
        while not (  # noqa: ASYNC110
            self.journal.select("") and self.journal.events(self.journal.run(run.name or ""))
        ):
            await asyncio.sleep(0)

    async def break_off(self, answers: Sequence[Any] = ()) -> str:
        """Begin a run and leave it at the first question that has no answer."""
        run = self.fn()
        await drive(run, answers)
        name = run.name
        await run.aclose()
        assert name is not None
        return name

    async def stop_while_asking(self) -> str:
        """Begin a run and cancel it while the model is asked for the first time."""
        asked = asyncio.Event()

        def never(request: Any) -> str:
            asked.set()
            raise asyncio.CancelledError

        self.model.replies.insert(0, never)
        run = self.fn()
        task = asyncio.ensure_future(run.run())
        await asked.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert run.name is not None
        return run.name

    async def go_on(self, name: str, answers: Sequence[Any] = (), **how: Any) -> Any:
        """Go on with a run to its end; return its outcome."""
        run = self.fn.resume(name, **how)
        await drive(run, answers)
        assert run.done
        return run.outcome


async def drive(run: TurboGenWrapper, answers: Sequence[Any] = ()) -> list[Any]:
    """Go on with a run until it ends or asks what has no answer; return its results."""
    left, results = list(answers), []
    async for signal in run:
        if isinstance(signal, GetInput):
            if not left:
                break
            run.answer(left.pop(0))
        elif isinstance(signal, Result):
            results.append(signal.content)
    return results

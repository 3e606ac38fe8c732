"""Bytes to the check of a flow, and what it finds no error in to a run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import turbo_yaml
from tests.cli.mutants import ESCAPES, GOOD
from tests.hostile.corpus.flows import FLOWS
from tests.hostile.fuzz.target import AsyncTarget
from tests.hostile.fuzz.targets.texts import YAML, placed
from turbo_yaml.compiler.edge import check_text
from turbo_yaml.diagnostics.render import render
from turbo_yaml.errors import FlowError, FlowInvalid, UsageError
from turbo_yaml.flow.vocabulary import VERBS
from turbo_yaml.models.echo import EchoModel
from turbo_yaml.protocol import GetInput
from turbo_yaml.source.files import UnreadableText, decode_text

_SIGNALS = 60
_WAIT = 0.3
_LIMITS = {"work": 3_000_000, "rounds": 500, "output": 20_000, "messages": 200, "depth": 8}
EMPTY: dict[str, Any] = {"string": "a text", "integer": 3, "number": 1.5, "boolean": True, "array": ["a"]}


class Checker(AsyncTarget):
    """The check of flows, and their runs."""

    words = (*YAML, *(f"{verb.head.name}: ".encode() for verb in VERBS), b"settings: {limits: {work: 9}}\n")

    def seeds(self) -> Iterable[bytes]:
        """Return good flows, and hostile ones."""
        hostile = [given["flow"].encode() for given in FLOWS.values() if "flow" in given]
        return [*GOOD, *ESCAPES, *(flow for flow in hostile if len(flow) < 3000)]

    def start(self) -> None:
        """Make the files beside the flow."""
        super().start()
        (self.folder / "data.json").write_text('{"a": [1, 2]}')

    def tried(self, data: bytes) -> None:
        """Check, and run where nothing is wrong."""
        try:
            text = decode_text(data, "flow.yaml")
        except UnreadableText:
            return
        found = check_text(text, name="flow.yaml", root=self.folder)
        placed(found)
        assert render(found, color=False) or not found
        try:
            with self.unwatched():
                fn = turbo_yaml.loads(text, name="flow.yaml", root=self.folder)
        except FlowInvalid as problem:
            assert any(one.severity == "error" for one in found), problem
            placed(problem.diagnostics)
            return
        except UsageError:
            return  # it is there for other flows, and has no steps of its own
        fn = fn.configure({"limits": _LIMITS, "retries": 0}).using(model=EchoModel())
        self.await_(self._run(fn))

    async def _run(self, fn: Any) -> None:
        try:
            async with asyncio.timeout(_WAIT) as limit:
                await self._driven(fn)
        except TimeoutError:
            assert limit.expired()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    async def _driven(self, fn: Any) -> None:
        declared = () if fn.info is None else fn.info.inputs
        inputs = {one.name: EMPTY.get(str(one.schema.get("type")), "x") for one in declared if one.required}
        try:
            async with fn(**inputs) as run:
                signals = 0
                async for signal in run:
                    if isinstance(signal, GetInput):
                        run.answer("yes")
                    signals += 1
                    if signals > _SIGNALS:
                        break
        except FlowError as problem:
            assert problem.message
            assert problem.source is not None and problem.span is not None, problem.message
            assert problem.span.end <= len(problem.source.text)
        except UsageError as problem:
            assert problem.message

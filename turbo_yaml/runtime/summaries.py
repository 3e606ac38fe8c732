"""A flow to what writes the summaries of a chat."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from turbo_yaml.errors import FlowError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.summarize import Summarize
from turbo_yaml.protocol import GetInput
from turbo_yaml.runtime.driver import Driver
from turbo_yaml.runtime.frames import frame_for
from turbo_yaml.runtime.program import bind

_USUAL: Final = "turbo_yaml.flows", "summarize"


def usual() -> Summarize:
    """Return what writes summaries where nobody says how: the flow that comes with turbo-yaml."""
    home, name = _USUAL
    return summary_by(lambda: getattr(import_module(home), name))


def summary_by(flow: Callable[[], Any]) -> Summarize:
    """Return what lets a flow write the summaries. `flow` is asked for it when it is needed."""

    async def summarize(text: str) -> str:
        wanted = flow()
        info = getattr(getattr(wanted, "fn", wanted), "__turbo__", None)
        given = {"text": text}
        if info is not None and any(each.name == "text_type" for each in info.inputs):
            given["text_type"] = "conversation"
        bound, memory = bind(wanted, given), LocalMemory()
        frame = frame_for(memory).child(bound, memory, "summary", level=1)
        driver = Driver(frame, bound.start(memory), info and info.output)
        while (signal := await driver.advance()) is not None:
            if isinstance(signal, GetInput):
                await driver.aclose()
                raise FlowError(f"`{bound.name}` writes a summary, and asks a question", kind="host")
        found = driver.outcome
        if not isinstance(found, str) or not found.strip():
            raise FlowError(f"`{bound.name}` writes a summary, and gave no text", kind="output")
        return found

    return summarize

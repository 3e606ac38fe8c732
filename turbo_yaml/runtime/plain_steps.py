"""Small steps and values that need the run: `log`, `sleep`, the chat to remember in, a setting."""

from __future__ import annotations

import asyncio
from typing import Any

from turbo_yaml.errors import FlowError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import BaseMemory
from turbo_yaml.runtime.events import LogEvent
from turbo_yaml.runtime.frames import current_frame
from turbo_yaml.settings.fitting import fit_setting
from turbo_yaml.syntax.durations import parse_duration


def remembering(memory: BaseMemory | None) -> BaseMemory:
    """Return the chat of a flow, a new one where its driver gave none."""
    return LocalMemory() if memory is None else memory


def log(message: str) -> None:
    """Tell whoever watches the run."""
    frame = current_frame()
    if frame is not None:
        frame.host.note(LogEvent(flow=frame.name, depth=frame.level, message=message))


async def sleep(duration: Any) -> None:
    """Wait: a number of seconds, or text such as `2s`. `FlowError` of kind `type` for anything else."""
    seconds = parse_duration(duration) if isinstance(duration, str) else duration
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < float("inf"):
        raise FlowError(f"`sleep` takes a duration such as `2s`, and this is `{duration!s:.80}`", kind="type")
    frame = current_frame()
    if frame is not None:
        await frame.host.emit()
        if frame.host.recorder is not None:
            seconds = frame.host.recorder.pause(frame, seconds)
    await asyncio.sleep(seconds)


def setting(name: str, value: Any) -> Any:
    """Return a setting of a turn that a template gave, typed; `FlowError` of kind `type` where it is none."""
    typed, problem = fit_setting(name, value)
    if problem is not None:
        raise FlowError(problem, kind="type")
    return typed

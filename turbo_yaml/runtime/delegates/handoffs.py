"""Another flow in the place of this one, when this one ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turbo_yaml.errors import FlowError, LimitError
from turbo_yaml.runtime.frames import current_frame
from turbo_yaml.runtime.program import bind
from turbo_yaml.runtime.values.bounds import CALL, spend


def handoff(flow: Any | None, given: Mapping[str, Any] | None = None, *, tools: tuple[str, ...] = ()) -> None:
    """Let another flow go on with this chat when this one ends, which it does next; None takes that back."""
    frame = current_frame()
    if frame is None and flow is not None:
        hint = "run the flow with `TurboGenFn`"
        raise FlowError("`handoff` needs the driver of turbo-yaml", kind="host", hint=hint)
    if frame is None:
        return
    spend(CALL)
    most = frame.host.limits["rounds"]
    if flow is not None and frame.handovers >= most:
        raise LimitError(f"flows handed over to one another {most} times")
    frame.next = None if flow is None else bind(flow, given, frame.lend(tools))

"""What a flow was told, in the order in which it asked, to the data of a test."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from turbo_yaml.journal.log import Event
from turbo_yaml.models.faults import KINDS
from turbo_yaml.runtime.recording.replay import Replayed, Replaying
from turbo_yaml.testing.stage.tools import IN_ORDER
from turbo_yaml.tools.declared import Declaration

_TOLD: Final = frozenset({"error", "data", IN_ORDER})
"""Keys by which a test says more than data."""


def test_data(
    replaying: Replaying, replayed: Replayed, declared: Sequence[Declaration], *, usage: bool, name: str
) -> dict[str, Any]:
    """Return a test as data. `usage`: its replies tell how many tokens they took."""
    run = replaying.run
    test: dict[str, Any] = {"name": name}
    if run.call["inputs"]:
        test["with"] = dict(run.call["inputs"])
    tools = _results(replaying, replayed, declared)
    if tools:
        test["tools"] = tools
    answers = [_answer(event) for event in replayed.told if event.kind == "input"]
    if answers:
        test["input"] = answers
    replies: list[Any] = []
    for event in replayed.told:
        if event.kind == "turn":
            # One of several samples was taken: that one, whichever way it is chosen.
            samples = int(replaying.asked(event).get("n") or 1) if event.state == "done" else 1
            replies += [_reply(event, usage)] * samples
    if replies:
        test["model"] = replies
    if run.status == "failed" and run.problem is not None:
        test["expect"] = [{"error": run.problem["kind"]}]
    elif run.outcome is not None:
        test["expect"] = [{"result": run.outcome}]
    return test


def _answer(event: Event) -> Any:
    return event.text if event.data is None else event.data.get("value")


def _reply(event: Event, usage: bool) -> Any:
    data: Mapping[str, Any] = event.data or {}
    if event.state == "failed":
        told = {key: data[key] for key in ("kind", "message", "retryable", "retry_after") if key in data}
        kind = told["kind"] if told["kind"] in KINDS else "server"
        return {"error": told | {"kind": kind}}
    said: dict[str, Any] = {"content": event.text} if event.text else {}
    if data.get("tool_calls"):
        said["tool_calls"] = [_call(*call) for call in data["tool_calls"]]
    reason = data.get("finish_reason")
    if reason not in (None, "stop", "tool_calls" if data.get("tool_calls") else "stop"):
        said["finish_reason"] = reason
    if usage and data.get("usage"):
        sent, received = data["usage"]
        said["usage"] = {"input_tokens": sent, "output_tokens": received}
    return said if said.keys() - {"content"} else event.text or ""


def _call(id: str, name: str, arguments: str) -> dict[str, Any]:
    try:
        data = json.loads(arguments or "{}")
    except ValueError:
        data = arguments
    return {"name": name, "arguments": data if isinstance(data, dict) else arguments}


def _results(replaying: Replaying, replayed: Replayed, declared: Sequence[Declaration]) -> dict[str, Any]:
    """Return what each tool gave back: once where that was the same each time, else in order."""
    given: dict[str, list[Any]] = {}
    names = {one.name for one in declared}
    servers = [one.name for one in declared if one.kind == "mcp"]
    for event in replayed.told:
        if event.kind == "tool":
            name = str(replaying.asked(event)["tool"])
            if name not in names and "." not in name and servers:
                name = _of_server(name, servers)
            given.setdefault(name, []).append(_result(event))
    return {
        name: results[0] if all(one == results[0] for one in results) else {IN_ORDER: results}
        for name, results in given.items()
    }


def _of_server(name: str, servers: Sequence[str]) -> str:
    """Return the name of a server's tool as tests write it, by the name that the model knew it by."""
    owner = next((server for server in servers if name.startswith(f"{server}_")), servers[0])
    return f"{owner}.{name}"


def _result(event: Event) -> Any:
    if event.state == "failed":
        return {"error": {"kind": event.data["kind"], "message": event.data["message"]}}
    value = event.data["value"]
    return (
        {"data": value} if isinstance(value, Mapping) and len(value) == 1 and _TOLD & value.keys() else value
    )

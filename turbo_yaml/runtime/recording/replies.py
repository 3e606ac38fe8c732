"""Requests and replies of models, answers and failures, to data and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.errors import FlowError, LimitError, ModelError, ToolError
from turbo_yaml.journal.content import hashed, to_json
from turbo_yaml.journal.privacy import Privacy
from turbo_yaml.models.providers import named_providers
from turbo_yaml.models.request import Reply, Request
from turbo_yaml.protocol import ToolCall, Usage
from turbo_yaml.settings.keys import SENT

_ASKED: Final = (*SENT, "extra")
_REMEMBERED: Final = 256


def asked_data(request: Request) -> dict[str, Any]:
    """Return what a request asks for, its messages aside: what would change the reply, and no more."""
    settings = request.settings
    data: dict[str, Any] = {name: settings[name] for name in _ASKED if settings.get(name) is not None}
    if named := named_providers(settings):
        data["provider"] = named[0]
    data["model"] = request.model
    if "n" in data:
        way = settings.get("select_choice") or "first"
        data["select_choice"] = way if isinstance(way, str) else f"{way.__module__}.{_name_of(way)}"
    if request.output is not None:
        data["output"] = request.output
    if request.choices is not None:
        data["choices"] = list(request.choices)
    if request.tools:
        data["tools"] = list(request.tools)
    if request.structured is not None:
        data["structured"] = request.structured
    return data


def _name_of(way: Any) -> str:
    """Return the name of what chooses among replies: a function's, or its class's."""
    return getattr(way, "__qualname__", type(way).__qualname__)


class Asks:
    """What requests ask for beside their messages, as text with its hash: worked out once for each kind."""

    def __init__(self, privacy: Privacy) -> None:
        self._privacy = privacy
        self._known: dict[Any, tuple[Any, bytes, str]] = {}

    def of(self, request: Request) -> tuple[bytes, str]:
        """Return the hash and the JSON text."""
        parts = (request.settings, request.output, request.choices, request.tools)
        key = (request.model, request.structured, *map(id, parts))
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            text = to_json(self._privacy.data(asked_data(request)))
            # The parts are held, so that no other object takes their identity.
            known = self._known[key] = (parts, hashed(text), text)
        return known[1], known[2]


def reply_data(reply: Reply, privacy: Privacy) -> dict[str, Any]:
    """Return what a reply is beside its text."""
    data: dict[str, Any] = {}
    for name in ("finish_reason", "model", "request_id", "cost"):
        if getattr(reply, name) is not None:
            data[name] = getattr(reply, name)
    if reply.reasoning:
        data["reasoning"] = privacy.text(reply.reasoning)
    if reply.usage is not None:
        data["usage"] = [reply.usage.input_tokens, reply.usage.output_tokens]
        if reply.usage.reasoning_tokens:
            data["usage"] += [None, reply.usage.reasoning_tokens]
    if reply.logprobs:
        data["logprobs"] = list(reply.logprobs)
    if reply.tool_calls:
        data["tool_calls"] = [[call.id, call.name, privacy.text(call.arguments)] for call in reply.tool_calls]
    return data


def reply_of(text: str | None, data: Mapping[str, Any]) -> Reply:
    """Return the reply that was written so."""
    usage = data.get("usage")
    return Reply(
        text or "",
        data.get("reasoning", ""),
        tuple(ToolCall(*call) for call in data.get("tool_calls", ())),
        None if usage is None else Usage(*usage),
        data.get("finish_reason"),
        data.get("model"),
        data.get("request_id"),
        data.get("cost"),
        tuple(data.get("logprobs", ())),
    )


_FAILURES: Final = (ModelError, ToolError, LimitError, FlowError)
_BESIDE: Final = ("retryable", "retry_after", "status")
"""What failures of models and tools say beside what all do."""


def failure_data(problem: FlowError, privacy: Privacy) -> dict[str, Any]:
    """Return a failure as data."""
    cls = next(cls for cls in _FAILURES if isinstance(problem, cls))
    data = {"class": cls.__name__, "kind": problem.kind, "message": privacy.text(problem.message)}
    beside = {name: getattr(problem, name, None) for name in ("hint", *_BESIDE)}
    if isinstance(problem, ModelError) and problem.took is not None:
        beside["took"] = {"input_tokens": problem.took.input_tokens, "cost": problem.took.cost}
    return data | {name: value for name, value in beside.items() if value is not None}


def failure_of(data: Mapping[str, Any]) -> FlowError:
    """Return the failure that was written so."""
    cls: Any = {cls.__name__: cls for cls in _FAILURES}[data["class"]]
    beside = {name: data[name] for name in ("hint", *_BESIDE) if name in data}
    problem: FlowError = cls(data["message"], kind=data["kind"], **beside)
    return problem

"""The model of tests and first runs: it gives the replies of a list, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from turbo_yaml.errors import ModelError
from turbo_yaml.models.echo import speak
from turbo_yaml.models.faults import KINDS
from turbo_yaml.models.request import Delta, OnDelta, Reply, Request
from turbo_yaml.protocol import ToolCall, Usage
from turbo_yaml.records import replace

_CALL = frozenset({"tool", "with"})
_PARTS = frozenset({"content", "reasoning", "tool_calls", "usage", "finish_reason", "model", "logprobs"})


class ScriptModel:
    """Gives one entry of its list for each call, whoever calls; with the setting `n`, one of so many.

    An entry is text; or `{tool: NAME, with: {…}}`, a call of a tool, or a list of such; or `{error: KIND}` or
    `{error: {kind, message, retryable, retry_after}}`; or a mapping of `content`, `reasoning`, `tool_calls`,
    `usage`, `finish_reason`, `logprobs` and `model` only; or any other data, which is sent as JSON.
    `{data: …}` is data without doubt. `taken` of them were given before.
    """

    def __init__(self, replies: Sequence[Any] | None, taken: int = 0) -> None:
        if replies is None:
            raise misused("the model `script` has no replies", "set `script:` to a list of replies")
        if isinstance(replies, str | Mapping) or not isinstance(replies, Sequence):
            raise misused(
                "`script` is not a list of replies", "write one reply a line: `script: [first, second]`"
            )
        self._replies = replies
        self._next = taken

    @property
    def taken(self) -> int:
        """How many entries of the list were given; with the setting `n` several for one call."""
        return self._next

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Return the next reply of the list; `ModelError` (kind `configuration`) past its end."""
        count = request.settings.get("n") or 1
        reply = self._take(request)
        if count > 1:
            from turbo_yaml.models.choosing import choose

            reply = choose([reply, *(self._take(request) for _ in range(count - 1))], request.settings)
            reply = replace(reply, request_id=str(self._next))
        if on_delta is not None:
            if reply.reasoning:
                await on_delta(Delta(reasoning=reply.reasoning))
            await speak(reply.content, on_delta)
        return reply

    def _take(self, request: Request) -> Reply:
        """Return the next reply of the list."""
        number = self._next
        if number >= len(self._replies):
            count = len(self._replies)
            raise misused(
                f"the script has {count} {'reply' if count == 1 else 'replies'}, and one more is asked for",
                "add a reply to the script",
            )
        self._next = number + 1
        return replace(_read(self._replies[number], number + 1, request), request_id=str(number + 1))

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def _read(entry: Any, number: int, request: Request) -> Reply:
    if isinstance(entry, str):
        return Reply(content=entry, finish_reason="stop", model=request.model)
    if isinstance(entry, Mapping):
        keys = entry.keys()
        if keys == {"error"}:
            raise _error(entry["error"], number)
        if keys == {"data"}:
            return Reply(content=_json(entry["data"]), finish_reason="stop", model=request.model)
        if keys and keys <= _PARTS:
            return _read_parts(entry, request)
    wanted = entry if isinstance(entry, list) else [entry]
    if wanted and all(
        isinstance(each, Mapping) and "tool" in each and each.keys() <= _CALL for each in wanted
    ):
        made = [{"name": each["tool"], "arguments": each.get("with") or {}} for each in wanted]
        return _read_parts({"tool_calls": made}, request)
    return Reply(content=_json(entry), finish_reason="stop", model=request.model)


def _read_parts(entry: Mapping[str, Any], request: Request) -> Reply:
    content = entry.get("content", "")
    calls = tuple(_calls(entry.get("tool_calls") or ()))
    usage = entry.get("usage")
    return Reply(
        content=content if isinstance(content, str) else _json(content),
        reasoning=str(entry.get("reasoning", "")),
        tool_calls=calls,
        usage=Usage(**usage) if usage else None,
        finish_reason=entry.get("finish_reason", "tool_calls" if calls else "stop"),
        model=entry.get("model", request.model),
        logprobs=tuple(float(each) for each in entry.get("logprobs") or ()),
    )


def _calls(entries: Iterable[Mapping[str, Any]]) -> Iterable[ToolCall]:
    for number, entry in enumerate(entries, 1):
        arguments = entry.get("arguments", {})
        text = arguments if isinstance(arguments, str) else _json(arguments)
        yield ToolCall(entry.get("id", f"call_{number}"), entry["name"], text)


def _error(error: Any, number: int) -> ModelError:
    told = error if isinstance(error, Mapping) else {"kind": error}
    kind = told.get("kind", "server")
    if kind not in KINDS:
        kinds = ", ".join(f"`{name}`" for name in KINDS)
        raise misused(
            f"reply {number} of the script has the error `{kind}`, which is no kind", f"one of {kinds}"
        )
    return ModelError(
        told.get("message", f"reply {number} of the script is the error `{kind}`"),
        kind=kind,
        retryable=told.get("retryable", KINDS[kind].retryable),
        retry_after=told.get("retry_after"),
    )


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def misused(message: str, hint: str) -> ModelError:
    return ModelError(message, kind="configuration", hint=hint)

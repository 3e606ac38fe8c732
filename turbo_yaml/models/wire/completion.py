"""A server's JSON to a `Reply`: a whole completion, or the chunks of a stream put together."""

from __future__ import annotations

import json
from typing import Any

from turbo_yaml.models.faults import SERVER, Fault, fault_of_error
from turbo_yaml.models.request import Delta, Reply
from turbo_yaml.protocol import ToolCall, Usage
from turbo_yaml.records import replace

_REASONING_KEYS = ("reasoning_content", "reasoning")
_NO_DELTA = Delta()
_CHARACTERS_PER_TOKEN = 4


def read_completion(data: Any) -> Reply:
    """Return the reply in a whole completion; `Fault` where there is none."""
    choice = first_choice(data)
    if choice is None:
        if "choices" not in data:
            raise Fault("bad_reply", f"{SERVER} answered with an object that is no chat completion")
        raise Fault("bad_reply", f"{SERVER} answered without a choice", retryable=True)
    return _reply(choice, data)


def read_choices(data: Any) -> list[Reply]:
    """Return every good reply in a whole completion; `Fault` where there is none."""
    first = first_choice(data)
    choices = [] if first is None else [choice for choice in data["choices"] if isinstance(choice, dict)]
    good: list[Reply] = []
    for choice in choices:
        try:
            good.append(_reply(choice, data))
        except Fault:
            continue  # where none is good, the first one says why
    return good or [read_completion(data)]


def _reply(choice: dict[str, Any], data: dict[str, Any]) -> Reply:
    message = choice.get("message")
    if not isinstance(message, dict):
        raise _wrong("message", message, "an object")
    text, reasoning = _texts(message)
    calls = ToolCalls()
    for entry in _list(message, "tool_calls"):
        calls.add_whole(entry)
    return checked(
        Reply(
            content=text,
            reasoning=reasoning,
            tool_calls=calls.finish(),
            usage=_with_thoughts(read_usage(data.get("usage")), reasoning),
            finish_reason=_text(choice, "finish_reason"),
            model=_text(data, "model"),
            logprobs=read_logprobs(choice),
        ),
        _text(message, "refusal"),
    )


def checked(reply: Reply, refusal: str | None) -> Reply:
    """Return the reply unless the model refused or a filter cut it."""
    if refusal:
        raise Fault("content_filter", f"{SERVER} refused to answer: {refusal}")
    if reply.finish_reason == "content_filter":
        raise Fault("content_filter", f"{SERVER} cut the reply with its content filter")
    if reply.finish_reason == "error":
        raise Fault("server", f"{SERVER} broke the reply off with an error")
    return reply


def first_choice(data: Any) -> dict[str, Any] | None:
    """Return the choice to read, None where there is none; `Fault` for an error or what is no completion."""
    if not isinstance(data, dict):
        raise _wrong("answer", data, "an object")
    if data.get("error"):
        raise fault_of_error(None, data)
    choices = data.get("choices")
    if not choices:
        return None
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        raise _wrong("choices", choices, "a list of objects")
    for choice in choices:
        if isinstance(choice, dict) and choice.get("index", 0) == 0:
            return choice
    return None


def read_usage(usage: Any) -> Usage | None:
    """Return the tokens that a server counted, None where it tells none."""
    if not isinstance(usage, dict):
        return None
    read, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if type(read) is not int and type(written) is not int:
        return None
    sent, received = read if type(read) is int else 0, written if type(written) is int else 0
    details = usage.get("completion_tokens_details")
    thought = details.get("reasoning_tokens") if isinstance(details, dict) else None
    return Usage(sent, received, None, thought if type(thought) is int and 0 < thought <= received else 0)


def _with_thoughts(usage: Usage | None, reasoning: str) -> Usage | None:
    """Return the usage with an estimate of what the reasoning took that came, where the server tells none."""
    if usage is None or usage.reasoning_tokens or not reasoning:
        return usage
    estimate = min(usage.output_tokens, len(reasoning) // _CHARACTERS_PER_TOKEN)
    return replace(usage, reasoning_tokens=estimate)


def read_logprobs(choice: dict[str, Any]) -> tuple[float, ...]:
    """Return how likely each token of a choice was, as logarithms; nothing where that is not told."""
    told = choice.get("logprobs")
    content = told.get("content") if isinstance(told, dict) else None
    if not isinstance(content, list):
        return ()
    found = (token.get("logprob") if isinstance(token, dict) else None for token in content)
    return tuple(float(each) for each in found if isinstance(each, int | float))


_PIECE = 50
"""Bytes that a piece takes beside its characters."""
_LOOKED_AT = 16
"""Characters that may be looked at again for each byte that is held."""


class Assembly:
    """The chunks of one stream, as they come."""

    __slots__ = (
        "_calls",
        "_logprobs",
        "_model",
        "_reasoning",
        "_refusal",
        "_text",
        "_usage",
        "finish_reason",
        "size",
    )

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._refusal: list[str] = []
        self._logprobs: list[float] = []
        self._calls = ToolCalls()
        self._usage: Usage | None = None
        self._model: str | None = None
        self.finish_reason: str | None = None
        self.size = 0
        """About how many bytes the pieces take that are held."""

    def add(self, chunk: Any) -> Delta:
        """Take in one chunk and return what it adds to the answer; `Fault` on an error or wrong types."""
        choice = first_choice(chunk)
        if self._model is None:
            self._model = _text(chunk, "model")
        if chunk.get("usage"):
            self._usage = read_usage(chunk["usage"]) or self._usage
        if choice is None:
            return _NO_DELTA
        if choice.get("logprobs"):
            likely = read_logprobs(choice)
            self._logprobs += likely
            self.size += _PIECE * len(likely)
        reason = choice.get("finish_reason")
        if reason:
            self.finish_reason = _text(choice, "finish_reason")
        delta = choice.get("delta")
        if not delta:
            return _NO_DELTA
        if not isinstance(delta, dict):
            raise _wrong("delta", delta, "an object")
        return self._add_delta(delta)

    def _add_delta(self, delta: dict[str, Any]) -> Delta:
        text, reasoning = _texts(delta)
        self.size += _PIECE + len(text) + len(reasoning)
        if text:
            self._text.append(text)
        if reasoning:
            self._reasoning.append(reasoning)
        if delta.get("refusal"):
            self._refusal.append(_text(delta, "refusal") or "")
            self.size += len(self._refusal[-1])
        if delta.get("tool_calls"):
            for entry in _list(delta, "tool_calls"):
                self.size += _PIECE + self._calls.add_piece(entry)
        return Delta(text, reasoning) if text or reasoning else _NO_DELTA

    def finish(self) -> Reply:
        """Return the whole reply."""
        reasoning = "".join(self._reasoning)
        reply = Reply(
            content="".join(self._text),
            reasoning=reasoning,
            tool_calls=self._calls.finish(),
            usage=_with_thoughts(self._usage, reasoning),
            finish_reason=self.finish_reason,
            model=self._model,
            logprobs=tuple(self._logprobs),
        )
        return checked(reply, "".join(self._refusal))


class _Call:
    """A tool call that is being put together."""

    __slots__ = ("arguments", "id", "name", "size")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.size = 0

    def whole(self) -> bool:
        """Tell whether the arguments are a JSON text to its end."""
        try:
            json.loads("".join(self.arguments))
        except (ValueError, RecursionError):
            return False
        return True


class ToolCalls:
    """Tool calls from pieces.

    Seen on real servers: the name in each piece, arguments cut anywhere, no ids, no index, one index for all
    calls, arguments as an object.
    """

    __slots__ = ("_calls", "_looked", "_places")

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._places: dict[int, _Call] = {}
        self._looked = 0
        """Characters that were looked at again to find the call of the last piece."""

    def add_whole(self, entry: Any) -> None:
        """Take in a call that came in one piece."""
        self._fill(self._new(), *_read_call(entry))

    def add_piece(self, entry: Any) -> int:
        """Take in a piece of a call; return its characters, and what looking for its call cost."""
        key, name, arguments = _read_call(entry)
        index = entry.get("index")
        call = self._places.get(index) if type(index) is int else self._without_index(key, name)
        if call is None or self._begins_another(call, key, name):
            call = self._new()
        if type(index) is int:
            self._places[index] = call
        self._fill(call, key, name, arguments)
        looked, self._looked = self._looked, 0
        return len(key) + len(name) + len(arguments) + looked // _LOOKED_AT

    def finish(self) -> tuple[ToolCall, ...]:
        """Return the calls in the order in which they began, each with an id."""
        return tuple(
            ToolCall(call.id or f"call_{number}", call.name, "".join(call.arguments) or "{}")
            for number, call in enumerate(self._calls, 1)
        )

    def _new(self) -> _Call:
        call = _Call()
        self._calls.append(call)
        return call

    def _without_index(self, key: str, name: str) -> _Call | None:
        if key:
            self._looked += 10 * len(self._calls)
            known = next((call for call in self._calls if call.id == key), None)
            if known is not None or name:
                return known
        last = self._calls[-1] if self._calls else None
        return None if last is not None and name and self._whole(last) else last

    def _begins_another(self, call: _Call, key: str, name: str) -> bool:
        return bool(name and key and call.id and key != call.id and (name != call.name or self._whole(call)))

    def _whole(self, call: _Call) -> bool:
        self._looked += call.size
        return call.whole()

    def _fill(self, call: _Call, key: str, name: str, arguments: str) -> None:
        if key and not call.id:
            call.id = key
        if name and name != call.name and not call.arguments:
            call.name += name
        if arguments:
            call.arguments.append(arguments)
            call.size += len(arguments)


def _read_call(entry: Any) -> tuple[str, str, str]:
    """Return the id, name and arguments of an entry, each "" where it is missing."""
    if not isinstance(entry, dict):
        raise _wrong("tool_calls", entry, "a list of objects")
    function = entry.get("function")
    if function is None:
        function = {}
    if not isinstance(function, dict):
        raise _wrong("function", function, "an object")
    arguments = function.get("arguments")
    if isinstance(arguments, dict):
        arguments = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
    if not isinstance(arguments, str | None):
        raise _wrong("arguments", arguments, "text")
    return _text(entry, "id") or "", _text(function, "name") or "", arguments or ""


def _texts(message: dict[str, Any]) -> tuple[str, str]:
    """Return the text and the reasoning of a message or a delta."""
    content = message.get("content")
    reasoning = ""
    for key in _REASONING_KEYS:
        if message.get(key):
            reasoning = _text(message, key) or ""
            break
    if content is None:
        return "", reasoning
    if isinstance(content, str):
        return content, reasoning
    if not isinstance(content, list):
        raise _wrong("content", content, "text")
    text, thinking = _parts(content)
    return text, reasoning + thinking


def _parts(parts: list[Any]) -> tuple[str, str]:
    """Return the text and the thinking of a content that is a list of parts."""
    text: list[str] = []
    thinking: list[str] = []
    for part in parts:
        if not isinstance(part, dict):
            raise _wrong("content", part, "a list of objects")
        inner = part.get("thinking")
        if isinstance(inner, list):
            thinking.append(_parts(inner)[0])
        elif inner:
            thinking.append(_text(part, "thinking") or "")
        elif part.get("text"):
            text.append(_text(part, "text") or "")
    return "".join(text), "".join(thinking)


def _text(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    if not isinstance(value, str | None):
        raise _wrong(key, value, "text")
    return value


def _list(data: dict[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong(key, value, "a list")
    return value


_NAMES = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
}


def _wrong(key: str, value: Any, wanted: str) -> Fault:
    return Fault(
        "bad_reply", f"{SERVER} answered with {_NAMES.get(type(value), 'an object')} as `{key}`, not {wanted}"
    )

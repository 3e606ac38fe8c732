"""A run, or one turn of it, as a test sees it: what was said, asked, given, and which steps ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from turbo_yaml.errors import FlowError
from turbo_yaml.protocol import Message, Usage
from turbo_yaml.records import Record, field
from turbo_yaml.source import Source
from turbo_yaml.testing.stage.script import Call, text_of


class Story(Record, kw_only=True):
    """What happened. Of a dialogue's turn, `result` is what the caller was given last, the question too.

    `marks` are the steps that were reached, as `runtime.probes` tells them; None where nobody watched.
    """

    result: Any = None
    results: Sequence[Any] = ()
    messages: Sequence[Message] = ()
    questions: Sequence[str] = ()
    asked: str | None = None
    """The question that the flow stands at, if any."""
    logs: Sequence[str] = ()
    calls: Sequence[Call] = ()
    tools: Sequence[Mapping[str, Any]] = ()
    """The calls of tools: `{tool, arguments, result, error, by_model}` each; `error` is a kind, or None."""
    marks: Sequence[tuple[Source, int]] | None = None
    error: FlowError | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    latency: float = 0.0
    """Seconds of the event loop."""

    @property
    def chat(self) -> list[dict[str, Any]]:
        """The chat as data: `{role, content}` for each message."""
        return [{"role": message.role, "content": message.content} for message in self.messages]

    def names(self) -> dict[str, Any]:
        """Return what `of` and `assert` may read, but `case` and `steps`."""
        error = self.error
        described = None
        if error is not None:
            described = {"kind": error.kind, "message": error.message, "step": error.step}
        return {
            "result": self.result,
            "results": list(self.results),
            "messages": self.chat,
            "questions": list(self.questions),
            "logs": list(self.logs),
            "calls": [call_data(call) for call in self.calls],
            "tools": [dict(call) for call in self.tools],
            "error": described,
            "inputs": dict(self.inputs),
            "usage": {"input_tokens": self.usage.input_tokens, "output_tokens": self.usage.output_tokens},
            "latency": self.latency,
        }


def call_data(call: Call) -> dict[str, Any]:
    """Return a call of the model as data."""
    sent = [{"role": message.role, "content": message.content} for message in call.messages]
    reply = None if call.reply is None else call.reply.content
    return {"messages": sent, "model": call.request.model, "reply": reply}


def said(message: Message) -> str:
    """Return a message as `role: text`."""
    return f"{message.role}: {text_of(message)}"

"""A streamed response to deltas, one after another, and the whole reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from turbo_yaml.models.faults import SERVER, Fault, fault_of_error
from turbo_yaml.models.request import Delta, OnDelta, Reply, Request
from turbo_yaml.models.wire.completion import Assembly
from turbo_yaml.models.wire.form import unwrapped
from turbo_yaml.models.wire.response import Body, Response, not_json, read_json
from turbo_yaml.models.wire.sse import Event, EventParser, EventTooLarge
from turbo_yaml.records import replace

GRACE = 2.0  # seconds for the usage that follows the end of an answer
DRAIN = 0.2  # seconds for the end of the response that follows `[DONE]`
MAX_EVENT = 32 << 20  # bytes
MAX_STREAM = 256 << 20  # bytes
MAX_HELD = 64 << 20  # bytes


class StreamReader:
    """The reading of one stream. `finished` tells that the answer was whole, though the stream may go on."""

    __slots__ = ("_assembly", "_done", "_on_delta", "_parser", "_wrapped", "finished")

    def __init__(self, on_delta: OnDelta, wrapped: Request | None) -> None:
        """`wrapped` is the request whose reply comes inside an object: its text is held until the end."""
        self._on_delta = on_delta
        self._wrapped = wrapped
        self._parser = EventParser(MAX_EVENT)
        self._assembly = Assembly()
        self._done = False
        self.finished = False

    async def read(self, response: Response, deadline: asyncio.Timeout) -> None:
        """Read to the end of the stream; `Fault` when it is none, or ends before the answer does. Once the
        answer is whole the deadline comes soon."""
        body = Body(response, MAX_STREAM)
        chunk = await body.next()
        if chunk is None or body.content_type in ("application/json", "text/html") or _is_page(chunk):
            body.cap = MAX_EVENT
            raise _no_stream((chunk or b"") + await body.whole())
        try:
            while chunk is not None:
                events = () if self._done else self._events(chunk)
                if events:
                    await self._take(events)
                    if self.finished:
                        self._end_soon(deadline)
                if self._done and not self.finished:
                    break
                chunk = await body.next()
            if not self._done:
                await self._take(self._last_events())
        except Fault:
            if not self.finished:
                raise
        if not self.finished:
            raise _early_end()

    async def finish(self) -> Reply:
        """Return the whole reply; the text of a wrapped one is given now."""
        reply = self._assembly.finish()
        if self._wrapped is None:
            return reply
        text = unwrapped(reply.content, self._wrapped)
        if text:
            await self._on_delta(Delta(text))
        return replace(reply, content=text)

    def _events(self, chunk: bytes) -> Sequence[Event]:
        try:
            return self._parser.feed(chunk)
        except UnicodeDecodeError:
            raise Fault("stream", f"{SERVER} sent text that is not UTF-8") from None
        except EventTooLarge:
            raise Fault("bad_reply", f"{SERVER} sent an event of more than {MAX_EVENT >> 20} MiB") from None

    def _last_events(self) -> Sequence[Event]:
        """Return the event that the end of the stream may have left, if it is whole."""
        try:
            events = self._parser.finish()
            for event in events:
                if event.data != "[DONE]":
                    json.loads(event.data)
        except (ValueError, RecursionError):
            return ()
        return events

    async def _take(self, events: Sequence[Event]) -> None:
        """Put events into the answer and give what they add to it."""
        text: list[str] = []
        reasoning: list[str] = []
        for event in events:
            if event.data.startswith("[DONE]"):
                self._done = True
                break
            try:
                delta = self._assembly.add(_chunk(event))
            except Fault:
                if self._assembly.finish_reason is None:
                    raise
                break  # the answer is whole already
            if self._assembly.size > MAX_HELD:
                held = f"{MAX_HELD >> 20} MiB"
                raise Fault("bad_reply", f"{SERVER} sent more than {held}", hint="ask for a shorter reply")
            if delta.text:
                text.append(delta.text)
            if delta.reasoning:
                reasoning.append(delta.reasoning)
        if self._wrapped is not None and self._wrapped.output is None:
            text.clear()  # a label is of no use in pieces
        if text or reasoning:
            said, thought = "".join(text), "".join(reasoning)
            plain = self._wrapped is None
            await self._on_delta(Delta(said, thought) if plain else Delta("", thought, said))
        self.finished = self._assembly.finish_reason is not None

    def _end_soon(self, deadline: asyncio.Timeout) -> None:
        """Do not wait long for what follows a whole answer."""
        latest = asyncio.get_running_loop().time() + (DRAIN if self._done else GRACE)
        when = deadline.when()
        deadline.reschedule(latest if when is None else min(when, latest))


def _chunk(event: Event) -> Any:
    """Return the data of an event; `Fault` when it is not JSON, or tells an error."""
    try:
        data = json.loads(event.data)
    except (ValueError, RecursionError):
        if event.type == "error":
            raise fault_of_error(None, event.data) from None
        raise Fault("stream", f"{SERVER} sent an event that is not JSON") from None
    if event.type == "error":
        raise fault_of_error(None, data)
    return data


def _is_page(chunk: bytes) -> bool:
    return chunk[:64].lstrip()[:1] in (b"{", b"<")


def _no_stream(data: bytes) -> Fault:
    """Return the fault of an answer in one piece, where a stream was asked for."""
    if data[:64].lstrip()[:1] != b"{":
        return not_json(data)
    answer = read_json(data)
    if isinstance(answer, dict) and answer.get("error"):
        return fault_of_error(None, answer)
    hint = "set `stream: false`: this server does not stream"
    return Fault("bad_reply", f"{SERVER} answered in one piece, where a stream was asked for", hint=hint)


def _early_end() -> Fault:
    return Fault("stream", f"{SERVER} ended the stream before the answer was whole")

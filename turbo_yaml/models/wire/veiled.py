"""Replies and their pieces without the key that was sent for them: a server may say it back."""

from __future__ import annotations

from turbo_yaml.models.request import Delta, OnDelta, Reply
from turbo_yaml.protocol import ToolCall
from turbo_yaml.records import replace
from turbo_yaml.wire.veil import Veil


def veiled(reply: Reply, veil: Veil) -> Reply:
    """Return a reply with `***` wherever the key stands in it."""
    if not veil:
        return reply
    calls = tuple(
        ToolCall(veil.over(call.id), veil.over(call.name), veil.over(call.arguments))
        for call in reply.tool_calls
    )
    said, thought = veil.over(reply.content), veil.over(reply.reasoning)
    return replace(reply, content=said, reasoning=thought, tool_calls=calls)


class VeiledDeltas:
    """Passes pieces on without the key, also where it comes in parts.

    `finish` gives what was held back; what comes after it comes whole.
    """

    def __init__(self, on_delta: OnDelta, veil: Veil) -> None:
        self._on_delta = on_delta
        self._veil = veil
        self._over = False
        self._text, self._reasoning, self._held = veil.pieces(), veil.pieces(), veil.pieces()

    async def add(self, delta: Delta) -> None:
        """Pass on what can be shown."""
        if self._over:
            over = self._veil.over
            await self._tell(over(delta.text), over(delta.reasoning), over(delta.held))
            return
        await self._tell(
            self._text.add(delta.text) if delta.text else "",
            self._reasoning.add(delta.reasoning) if delta.reasoning else "",
            self._held.add(delta.held) if delta.held else "",
        )

    async def finish(self) -> None:
        """Pass on the rest."""
        self._over = True
        await self._tell(self._text.rest(), self._reasoning.rest(), self._held.rest())

    async def _tell(self, text: str, reasoning: str, held: str) -> None:
        if text or reasoning or held:
            await self._on_delta(Delta(text, reasoning, held))

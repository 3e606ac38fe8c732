"""Ways to ask a model in a test."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import openai  # now, so that no test waits for it

from tests.server import Answer, Server
from tests.server.http import Received
from turbo_yaml.errors import ModelError
from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.providers import Provider
from turbo_yaml.models.request import Delta, Reply, Request
from turbo_yaml.protocol import User

KEY = "sk-planted-0123456789abcdefghij"
LIMIT = 5.0  # seconds: past it a test fails rather than hangs
T = TypeVar("T")
VERSION = openai.__version__


@dataclass
class Asked:
    """What came of one question: a reply or an error, the deltas on the way, what the server received."""

    reply: Reply | None = None
    error: ModelError | None = None
    deltas: list[Delta] = field(default_factory=list)
    received: Received | None = None

    @property
    def text(self) -> str:
        """The text of the deltas."""
        return "".join(delta.text for delta in self.deltas)


def request(words: str = "Hi", **fields: Any) -> Request:
    """Return a request with one message."""
    return Request(**{"model": "test-model", "messages": [User(words)], **fields})


def provider(url: str, **fields: Any) -> Provider:
    """Return the provider `acme` at a URL."""
    return Provider("acme", url, "ACME_API_KEY", **fields)


async def ask(model: OpenAIModel, streamed: bool, asked: Request) -> Asked:
    """Ask once."""
    result = Asked()

    async def take(delta: Delta) -> None:
        result.deltas.append(delta)

    try:
        result.reply = await model.reply(asked, take if streamed else None)
    except ModelError as error:
        result.error = error
    return result


async def ask_at(url: str, streamed: bool = False, asked: Request | None = None) -> Asked:
    """Ask the server at a URL once."""
    model = OpenAIModel(provider(url), KEY)
    try:
        return await ask(model, streamed, asked or request())
    finally:
        await model.aclose()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, within the limit."""
    return asyncio.run(asyncio.wait_for(main, LIMIT))


class Wire:
    """One server and one model at it, for many tests."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._answer: Any = None
        self._server = Server(lambda _: self._answer)
        self._runner.run(self._server.__aenter__())
        self._models: dict[Provider, OpenAIModel] = {}

    def close(self) -> None:
        """Close all."""
        for model in self._models.values():
            self._runner.run(model.aclose())
        self._runner.run(self._server.__aexit__(None, None, None))
        self._runner.close()

    def answered(
        self,
        answer: Answer | str,
        streamed: bool = False,
        asked: Request | None = None,
        *,
        timeout: float = 3.0,
        **fields: Any,
    ) -> Asked:
        """Return what comes of one question that is answered so; `fields` are those of the provider."""
        self._answer = answer
        before = len(self._server.received)
        at = provider(self._server.url, **fields)
        model = self._models.setdefault(at, OpenAIModel(at, KEY))
        asked = asked or request(settings={"timeout": timeout})
        result = self._runner.run(asyncio.wait_for(ask(model, streamed, asked), LIMIT))
        assert len(self._server.received) == before + 1
        if result.error is not None and result.error.retry_after is not None:
            self._runner.run(self._models.pop(at).aclose())  # it would wait from now on
        result.received = self._server.received[-1]
        return result

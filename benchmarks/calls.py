"""The CPU of a model call, through us and through `chat.completions.create`, against one server: ratios.

    python -m benchmarks.calls

The server is another process, so that only the client's CPU counts. A round does each kind of call in turn;
the figure of a kind is the median of its rounds.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median

import openai

from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.providers import Provider
from turbo_yaml.models.request import Delta, Request
from turbo_yaml.protocol import Assistant, Message, User

CALLS = 10
ROUNDS = 9
CHUNKS = 400

Call = Callable[[], Awaitable[object]]


def chat(messages: int, words: int = 3) -> list[Message]:
    """Return a chat of so many messages; the last one is what the server will say."""
    history: list[Message] = []
    for number in range(messages - 1):
        kind = Assistant if number % 2 else User
        history.append(kind(f"Message {number} has some words in it, as messages have."))
    return [*history, User("word " * words)]


class Ours:
    """Calls through our model."""

    def __init__(self, url: str) -> None:
        self.model = OpenAIModel(Provider("bench", url))

    def plain(self, messages: int) -> Call:
        """Return a call with so many messages."""
        request = Request("test", chat(messages))
        return lambda: self.model.reply(request)

    def stream(self, chunks: int) -> Call:
        """Return a streamed call of so many chunks."""
        request = Request("test", chat(1, chunks))

        async def take(_: Delta) -> None:
            pass

        return lambda: self.model.reply(request, take)


class Theirs:
    """Calls through the official client's `create`."""

    def __init__(self, url: str) -> None:
        self.client = openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0)

    def plain(self, messages: int) -> Call:
        """Return a call with so many messages."""
        wire = [{"role": message.role, "content": message.content} for message in chat(messages)]
        return lambda: self.client.chat.completions.create(model="test", messages=wire)

    def stream(self, chunks: int) -> Call:
        """Return a streamed call of so many chunks."""
        wire = [{"role": message.role, "content": message.content} for message in chat(1, chunks)]

        async def call() -> None:
            stream = await self.client.chat.completions.create(model="test", messages=wire, stream=True)
            async for chunk in stream:
                for choice in chunk.choices:
                    _ = choice.delta.content

        return call


async def cpu(call: Call) -> float:
    """Return the CPU seconds of one call."""
    start = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - start) / CALLS


async def measure(url: str) -> dict[str, float]:
    """Return the median CPU seconds of each kind of call."""
    ours, theirs = Ours(url), Theirs(url)
    kinds = {
        "ours, 1 message": ours.plain(1),
        "ours, 101 messages": ours.plain(101),
        "ours, 1001 messages": ours.plain(1001),
        "create, 1 message": theirs.plain(1),
        "create, 101 messages": theirs.plain(101),
        "create, 1001 messages": theirs.plain(1001),
        "ours, stream of 1": ours.stream(1),
        f"ours, stream of {CHUNKS}": ours.stream(CHUNKS),
        "create, stream of 1": theirs.stream(1),
        f"create, stream of {CHUNKS}": theirs.stream(CHUNKS),
    }
    for call in kinds.values():
        await call()
    rounds: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, call in kinds.items():
            rounds[name].append(await cpu(call))
    await ours.model.aclose()
    await theirs.client.close()
    return {name: median(times) for name, times in rounds.items()}


def report(figures: dict[str, float]) -> None:
    """Print the figures and the ratios that are held."""
    for name, seconds in figures.items():
        print(f"{name:28} {seconds * 1e3:8.3f} ms")
    ours = (figures[f"ours, stream of {CHUNKS}"] - figures["ours, stream of 1"]) / (CHUNKS - 1)
    theirs = (figures[f"create, stream of {CHUNKS}"] - figures["create, stream of 1"]) / (CHUNKS - 1)
    print(f"{'a chunk, ours':28} {ours * 1e6:8.1f} µs")
    print(f"{'a chunk, create':28} {theirs * 1e6:8.1f} µs")
    small, large = figures["ours, 1 message"], figures["ours, 101 messages"]
    print(f"{'ours / create at 101':28} {large / figures['create, 101 messages']:8.3f}   (at most 0.125)")
    print(f"{'ours, 101 / 1 messages':28} {large / small:8.3f}   (at most 2)")
    print(f"{'chunk, ours / create':28} {ours / theirs:8.3f}   (at most 0.25)")


def main() -> None:
    """Start the server, measure, report."""
    print(f"openai {openai.__version__}")
    command = [sys.executable, "-m", "tests.server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            report(asyncio.run(measure(server.stdout.readline().strip())))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()

"""The CPU of a model call, through us and through `chat.completions.create`, against one server: ratios.

    python -m benchmarks.calls

First the bare call of our model; then whole runs of a flow with 101 messages of history, from its inputs to
its outcome, against `create` with the same messages: plain, streamed (to a listener), with data that fits a
schema (and is checked here), and with a tool that the model calls, for which the server is asked twice.

The server is another process, so that only the client's CPU counts, and each side is measured in one of its
own. A round does each kind of call in turn; the figure of a kind is the median of its rounds. Exits with 1
above its bounds.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

import openai

import turbo_yaml
from tests.server import Answer, Server
from tests.server.http import Received
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


# Whole runs ---------------------------------------------------------------------------------------------

LONG = 101
BOUND = 0.25
SIDES = ("ours", "create")
"""Each has a process of its own: once `create` was used, the client is slower in all that it does."""
DATA = {"name": "Ada", "tags": ["a", "b", "c"], "score": 7}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "score": {"type": "integer"},
    },
    "required": ["name", "tags", "score"],
    "additionalProperties": False,
}
TOOL: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "integer"}},
    "required": ["id"],
    "additionalProperties": False,
}
FORMS = {
    "plain": "generate",
    "streamed": "generate",
    "with data": "generate: {output: {name: string, tags: [string], score: integer}}",
    "with a tool": "generate: {tools: [find]}",
}
TEXT = """\
turbo: 1
inputs: {history: [any], say: string}
tools: {find: {description: Find an order., with: {id: integer}, returns: string}}
steps:
  - messages: "{{ history }}"
  - user: "{{ say }}"
  - FORM
"""


def history() -> list[dict[str, Any]]:
    """Return the messages before the last one, as data."""
    return [{"role": message.role, "content": message.content} for message in chat(LONG)[:-1]]


def said(form: str) -> str:
    """Return what the user says last, which the server repeats."""
    return json.dumps(DATA) if form == "with data" else "word " * (CHUNKS if form == "streamed" else 3)


class Flows:
    """Whole runs of flows."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.used: list[turbo_yaml.TurboGenFn] = []

    def run(self, form: str) -> Call:
        """Return a run of a flow of this form."""
        fn = turbo_yaml.loads(TEXT.replace("FORM", FORMS[form]), tools={"find": lambda id: f"order {id}"})
        providers = {"bench": {"base_url": self.url, "api_key_env": None, "structured": "schema"}}
        fn = fn.configure({"model": "bench/test", "providers": providers, "stream": form == "streamed"})
        if form == "streamed":
            fn = fn.using(on_event=lambda event: None)
        self.used.append(fn)
        past, last = history(), said(form)

        async def call() -> Any:
            async with fn(history=past, say=last) as run:
                return await run.run()

        return call


def by_create(client: openai.AsyncOpenAI, form: str) -> Call:
    """Return the same through the official client, with what has to be done by hand there."""
    messages: list[Any] = [*history(), {"role": "user", "content": said(form)}]
    schema = {"name": "reply", "schema": SCHEMA, "strict": True}
    tool = {"name": "find", "description": "Find an order.", "parameters": TOOL}
    create: Any = client.chat.completions.create

    async def plain() -> None:
        await create(model="test", messages=messages)

    async def streamed() -> None:
        stream = await create(
            model="test", messages=messages, stream=True, stream_options={"include_usage": True}
        )
        async for chunk in stream:
            for choice in chunk.choices:
                _ = choice.delta.content

    async def with_data() -> None:
        form = {"type": "json_schema", "json_schema": schema}
        reply = await create(model="test", messages=messages, response_format=form)
        json.loads(reply.choices[0].message.content)

    async def with_a_tool() -> None:
        tools = [{"type": "function", "function": tool}]
        reply = await create(model="test", messages=messages, tools=tools)
        message = reply.choices[0].message
        call = message.tool_calls[0]
        number = json.loads(call.function.arguments)["id"]
        result = {"role": "tool", "tool_call_id": call.id, "content": f"order {number}"}
        asked = {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]}
        await create(model="test", messages=[*messages, asked, result], tools=tools)

    return {"plain": plain, "streamed": streamed, "with data": with_data, "with a tool": with_a_tool}[form]


async def cpu(call: Call) -> float:
    """Return the CPU seconds of one call."""
    start = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - start) / CALLS


async def measure(url: str, side: str) -> dict[str, float]:
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
    flows = Flows(url)
    for form in FORMS:
        kinds[f"ours, {form}"] = flows.run(form)
        kinds[f"create, {form}"] = by_create(theirs.client, form)
    kinds = {name: call for name, call in kinds.items() if name.startswith(side)}
    for call in kinds.values():
        await call()
    gc.collect()
    gc.freeze()  # what one kind has loaded is not to be searched through by the others
    rounds: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, call in kinds.items():
            rounds[name].append(await cpu(call))
    await ours.model.aclose()
    await theirs.client.close()
    for fn in flows.used:
        await fn.aclose()
    return {name: median(times) for name, times in rounds.items()}


def report(figures: dict[str, float]) -> bool:
    """Print the figures and the ratios that are held; tell whether one is above its bound."""
    for name, seconds in figures.items():
        print(f"{name:28} {seconds * 1e3:8.3f} ms")
    ours = (figures[f"ours, stream of {CHUNKS}"] - figures["ours, stream of 1"]) / (CHUNKS - 1)
    theirs = (figures[f"create, stream of {CHUNKS}"] - figures["create, stream of 1"]) / (CHUNKS - 1)
    print(f"{'a chunk, ours':28} {ours * 1e6:8.1f} µs")
    print(f"{'a chunk, create':28} {theirs * 1e6:8.1f} µs")
    small, large = figures["ours, 1 message"], figures["ours, 101 messages"]
    ratios = {
        "ours / create at 101": (large / figures["create, 101 messages"], 0.125),
        "ours, 101 / 1 messages": (large / small, 2.0),
        "chunk, ours / create": (ours / theirs, 0.25),
        **{
            f"run / create, {form}": (figures[f"ours, {form}"] / figures[f"create, {form}"], BOUND)
            for form in FORMS
        },
    }
    for name, (ratio, most) in ratios.items():
        print(f"{name:28} {ratio:8.3f}   (at most {most:g})")
    return any(ratio > most for ratio, most in ratios.values())


def answer(request: Received) -> Answer:
    """Call a tool where there is one and none was called; else say what the user said last."""
    messages = request.data["messages"]
    if "tools" in request.data and messages[-1]["role"] != "tool":
        function = {"name": "find", "arguments": '{"id": 7}'}
        return Answer("", tool_calls=[{"id": "c1", "type": "function", "function": function}])
    return Answer(next(each["content"] for each in reversed(messages) if each["role"] == "user"))


async def serve() -> None:
    """Serve until the end, having printed the address."""
    async with Server(answer) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


def main() -> int:
    """Start the server, measure each side in a process of its own, report."""
    print(f"openai {openai.__version__}")
    again = [sys.executable, "-m", "benchmarks.calls"]
    with subprocess.Popen([*again, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().strip()
            figures: dict[str, float] = {}
            for side in SIDES:
                figures |= json.loads(subprocess.check_output([*again, side, url]))
            return report(figures)
        finally:
            server.terminate()


if __name__ == "__main__":
    if "--serve" in sys.argv:
        asyncio.run(serve())
    elif sys.argv[1:]:
        print(json.dumps(asyncio.run(measure(sys.argv[2], sys.argv[1]))))
    else:
        sys.exit(main())

"""Every way in which a server fails, at every point of an answer, to what a caller is told of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.models.asking import KEY, provider, request
from tests.server import Answer, Server
from tests.server.http import Received
from turbo_yaml.errors import ModelError
from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.request import Delta

TEXT: Final = "one two three four five six seven"
SECONDS: Final = 2.0
"""What a call may take."""
SOON: Final = 0.3
"""The same, where a server says nothing more."""
_WHOLE: Final = Answer(text=TEXT)
_SAID: Final = {"error": {"message": f"no, {KEY} is not good", "type": KEY, "code": "made_up"}}
_BODIES: Final[tuple[Any, ...]] = (_SAID, f"<title>{KEY}</title>", "", b"\xff\xfe", {"error": None})


@dataclass(frozen=True)
class Fault:
    """One fault, of an answer that comes at once or as a stream."""

    name: str
    answer: Answer
    streamed: bool
    seconds: float = SECONDS


@dataclass(frozen=True)
class Told:
    """What came of a fault: an error of a kind, a whole answer, or what must not be. `asked`: how often."""

    fault: Fault
    how: str
    seconds: float
    asked: int

    @property
    def clean(self) -> bool:
        """Whether it is one error or a whole answer, and asked once at most: its time may be over before."""
        return self.asked <= 1 and self.how.startswith(("error", "whole"))

    @property
    def good(self) -> bool:
        """Whether it is clean, in time, and was asked."""
        return self.clean and self.asked == 1 and self.seconds <= self.fault.seconds + 1


def faults() -> list[Fault]:
    """Return the faults."""
    return [*_broken(), *_statuses()]


def _broken() -> Iterator[Fault]:
    """Yield the breaks of the wire before each piece of an answer."""
    for streamed in (False, True):
        for kind in ("close", "reset", "end", "stall"):
            for after in range(-1, 22):
                # A piece is a few bytes of a body that comes at once, and about half an event of a stream.
                cut = 97 if streamed else 17
                answer = replace(_WHOLE, fault=kind, after=after, cut=cut)
                yield Fault(f"{kind} {after}", answer, streamed, SOON if kind == "stall" else SECONDS)


def _statuses() -> Iterator[Fault]:
    """Yield statuses that are none of an answer, with bodies that tell of them or do not."""
    for streamed in (False, True):
        for status in (301, 400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529):
            for number, body in enumerate(_BODIES):
                yield Fault(f"{status} {number}", Answer(status=status, body=body), streamed)


async def told() -> list[Told]:
    """Ask once for each fault, many at a time, and return what came of it."""
    every = faults()
    asked = [0] * len(every)

    def answer(received: Received) -> Answer:
        number = int(received.data["messages"][-1]["content"])
        asked[number] += 1
        return every[number].answer

    found: list[Told] = []
    async with Server(answer) as server:
        model = OpenAIModel(provider(server.url), api_key=KEY)
        for start in range(0, len(every), 20):
            some = range(start, min(start + 20, len(every)))
            hows = await asyncio.gather(*(_how(model, number, every[number]) for number in some))
            found += [Told(every[n], *how, asked[n]) for n, how in zip(some, hows, strict=True)]
        await model.aclose()
        await server.quiet()
    return found


async def _how(model: OpenAIModel, number: int, fault: Fault) -> tuple[str, float]:
    began = time.monotonic()
    try:
        asked = request(str(number), settings={"timeout": fault.seconds})
        reply = await model.reply(asked, _ignore if fault.streamed else None)
    except ModelError as error:
        words = f"{error.message} {error.hint}"
        raw = KEY in words or "\n" in words or "Traceback" in words
        return (f"raw: {words}" if raw else f"error {error.kind}"), time.monotonic() - began
    except Exception as error:  # what is to be found
        return f"raw: {error!r}", time.monotonic() - began
    how = "whole" if reply.content == TEXT else f"part: {reply.content!r}"
    return how, time.monotonic() - began


async def _ignore(_: Delta) -> None:
    """Take a piece."""


async def disconnected() -> list[float]:
    """Cancel a call at each piece of its answer; return the seconds until the server has lost each."""
    found: list[float] = []
    for pieces in range(12):
        for streamed in (False, True):
            asked = asyncio.Event()

            def answer(_: Received, after: int = pieces - 1, asked: asyncio.Event = asked) -> Answer:
                asked.set()
                return replace(_WHOLE, fault="stall", after=after, cut=60)

            async with Server(answer) as server:
                model = OpenAIModel(provider(server.url), api_key=KEY)
                task = asyncio.ensure_future(model.reply(request("x"), _ignore if streamed else None))
                await asked.wait()
                for _ in range(pieces * 3):
                    await asyncio.sleep(0)
                began = time.monotonic()
                task.cancel()
                await asyncio.wait([task])
                await server.quiet()
                found.append(time.monotonic() - began)
                await model.aclose()
    return found

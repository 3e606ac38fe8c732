"""Every way in which a server fails, at every point of an answer, to what a caller is told of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
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
_TRIES: Final = 7
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
    """What came of a fault: an error of a kind, a whole answer, or what must not be. `asked`: how often.

    `seconds` are those in which the machine did not let this process wait for its turn.
    """

    fault: Fault
    how: str
    seconds: float
    asked: int

    @property
    def good(self) -> bool:
        """Whether it is one error or a whole answer, asked for once, and in time."""
        in_time = self.seconds <= self.fault.seconds + 1
        return in_time and self.asked == 1 and self.how.startswith(("error", "whole"))


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
    """Ask once for each fault, many at a time, and return what came of it.

    Where the time of a call was over before it got to the server, what the server does is yet to be seen: the
    same is asked again with more time.
    """
    every = faults()
    asked: Counter[str] = Counter()

    def answer(received: Received) -> Answer:
        words = received.data["messages"][-1]["content"]
        asked[words] += 1
        return every[int(words.partition(" ")[0])].answer

    found: list[Told] = []
    async with Server(answer) as server:
        model = OpenAIModel(provider(server.url), api_key=KEY)

        async def ask(number: int, fault: Fault) -> tuple[int, Told]:
            words = f"{number} {fault.seconds}"
            how, seconds = await _how(model, words, fault)
            return number, Told(fault, how, seconds, asked[words])

        for start in range(0, len(every), 20):
            some = [*enumerate(every)][start : start + 20]
            for left in reversed(range(_TRIES)):
                ended = await asyncio.gather(*(ask(*one) for one in some))
                found += [one for _, one in ended if one.asked or not left]
                again = [(number, one.fault) for number, one in ended if not one.asked]
                some = [(number, replace(fault, seconds=fault.seconds * 2)) for number, fault in again]
        await model.aclose()
        await server.quiet()
    return found


def _moment() -> float:
    """Return a time that stands still while this thread could go on and the machine does something else."""
    try:
        queued = int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        queued = 0.0
    return time.monotonic() - queued


async def _how(model: OpenAIModel, words: str, fault: Fault) -> tuple[str, float]:
    began = _moment()
    try:
        asked = request(words, settings={"timeout": fault.seconds})
        reply = await model.reply(asked, _ignore if fault.streamed else None)
    except ModelError as error:
        words = f"{error.message} {error.hint}"
        raw = KEY in words or "\n" in words or "Traceback" in words
        return (f"raw: {words}" if raw else f"error {error.kind}"), _moment() - began
    except Exception as error:  # what is to be found
        return f"raw: {error!r}", _moment() - began
    how = "whole" if reply.content == TEXT else f"part: {reply.content!r}"
    return how, _moment() - began


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

"""Requests to the times at which a server takes them: its rate limits, as set and as it tells them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Final

from turbo_yaml.models.faults import SERVER, Fault
from turbo_yaml.models.request import Reply, Request
from turbo_yaml.models.wire.rates import Room, room

WINDOW: Final = 60.0
"""Seconds: limits are those of a minute, wherever it begins."""
_LEAST: Final = 0.001
_CHARACTERS_PER_TOKEN: Final = 4


class Entry:
    """Something that was taken of a limit, and when."""

    __slots__ = ("amount", "at")

    def __init__(self, at: float, amount: float) -> None:
        self.at = at
        self.amount = amount


class Meter:
    """What was taken of a limit in the last minute; no more than `most`, None: any amount."""

    __slots__ = ("_taken", "most", "used")

    def __init__(self, most: float | None) -> None:
        self.most = most
        self._taken: deque[Entry] = deque()
        self.used = 0.0

    def wait(self, now: float, amount: float) -> float:
        """Return in how many seconds there is room; what is over the limit alone waits for all of it."""
        if self.most is None:
            return 0.0
        while self._taken and self._taken[0].at + WINDOW <= now:
            self.used -= self._taken.popleft().amount
        if not self._taken:
            self.used = 0.0
            return 0.0
        over, wait = self.used + amount - self.most, 0.0
        for entry in self._taken:
            if over <= 0:
                break
            over -= entry.amount
            wait = entry.at + WINDOW - now
        return wait

    def take(self, now: float, amount: float) -> Entry:
        """Count what is taken now; return what to `settle` when it is known better."""
        entry = Entry(now, amount)
        if self.most is not None:
            self._taken.append(entry)
            self.used += amount
        return entry

    def settle(self, entry: Entry, amount: float) -> None:
        """Count what was really taken."""
        if entry in self._taken:
            self.used += amount - entry.amount
            entry.amount = amount


class Told:
    """What a server has told of its limit, and what was taken of it since."""

    __slots__ = ("_at", "_left", "_rate", "_room")

    def __init__(self) -> None:
        self._room: Room | None = None
        self._at = self._left = self._rate = 0.0

    def hear(self, told: Room | None, now: float) -> None:
        """Take note of what the server tells."""
        if told is None:
            return
        self._room, self._at, self._left = told, now, told.left
        gone = (told.limit or 0.0) - told.left
        self._rate = gone / told.reset if told.reset > 0 and gone > 0 else 0.0

    def wait(self, now: float, amount: float) -> float:
        """Return in how many seconds there is room, as the limit fills up evenly until it is full again."""
        if self._room is None:
            return 0.0
        rest = self._at + self._room.reset - now
        if rest <= 0:
            self._room = None
            return 0.0
        wanted = amount if self._room.limit is None else min(amount, self._room.limit)
        missing = wanted - self._left - self._rate * (now - self._at)
        if missing <= 0:
            return 0.0
        return rest if self._rate == 0 else min(rest, missing / self._rate)

    def take(self, amount: float) -> None:
        """Count what is taken."""
        self._left -= amount


class _OfModel:
    """The limits of one model, as its server tells them."""

    __slots__ = ("held", "requests", "tokens", "turn")

    def __init__(self) -> None:
        self.requests = Told()
        self.tokens = Told()
        self.held = 0.0
        """The time of the event loop before which the server wants to hear nothing."""
        self.turn = asyncio.Lock()


class Pace:
    """The rate limits at one server: the set ones, in requests and tokens a minute, for all its models
    together, and those that it tells of each. Belongs to one event loop."""

    def __init__(self, requests: int | None = None, tokens: int | None = None) -> None:
        self._requests = Meter(requests)
        self._tokens = Meter(tokens)
        self._models: dict[str, _OfModel] = {}

    async def enter(self, request: Request, latest: float) -> Entry:
        """Wait for the turn of a request: those of one model go in the order in which they came.

        `Fault` (`rate_limit`) at once where that would be after `latest`, a time of the event loop.
        """
        model = self._of(request.model)
        tokens = _estimated(request)
        loop = asyncio.get_running_loop()
        async with model.turn:
            while (wait := self._wait(model, tokens, loop.time())) > 0:
                if loop.time() + wait > latest:
                    raise no_turn(wait)
                await asyncio.sleep(max(wait, _LEAST))
            now = loop.time()
            model.requests.take(1)
            model.tokens.take(tokens)
            self._requests.take(now, 1)
            return self._tokens.take(now, tokens)

    def wait(self, request: Request) -> float:
        """Return for how many seconds a request would have to wait now, with nobody before it."""
        now = asyncio.get_running_loop().time()
        return self._wait(self._of(request.model), _estimated(request), now)

    def hear(self, model: str, headers: Mapping[str, str]) -> None:
        """Take note of what the headers of a response tell."""
        of, now = self._of(model), asyncio.get_running_loop().time()
        of.requests.hear(room(headers, "requests"), now)
        of.tokens.hear(room(headers, "tokens"), now)

    def hold(self, model: str, seconds: float) -> None:
        """Let requests wait for so long: the server wants it."""
        of = self._of(model)
        of.held = max(of.held, asyncio.get_running_loop().time() + seconds)

    def settle(self, entry: Entry, reply: Reply) -> None:
        """Count the tokens that a reply took in place of the estimate."""
        if reply.usage is not None:
            self._tokens.settle(entry, reply.usage.input_tokens + reply.usage.output_tokens)

    def _of(self, model: str) -> _OfModel:
        found = self._models.get(model)
        if found is None:
            found = self._models[model] = _OfModel()
        return found

    def _wait(self, model: _OfModel, tokens: float, now: float) -> float:
        return max(
            model.held - now,
            self._requests.wait(now, 1),
            self._tokens.wait(now, tokens),
            model.requests.wait(now, 1),
            model.tokens.wait(now, tokens),
        )


def no_turn(wait: float) -> Fault:
    """Return the fault of a request whose turn would come too late."""
    message = f"{SERVER} takes the next request in {wait:.1f} s by its rate limit, which is after `timeout`"
    hint = "set a longer `timeout`, ask less at once, or raise `limits` of the provider if it allows more"
    return Fault("rate_limit", message, retry_after=wait, hint=hint)


def _estimated(request: Request) -> float:
    """Return about how many tokens a request will take: its text, and the longest reply if that is set."""
    most = request.settings.get("max_tokens")
    texts = (message.content for message in request.messages)
    characters = sum(len(text) if isinstance(text, str) else sum(map(_length, text)) for text in texts)
    return characters / _CHARACTERS_PER_TOKEN + (most if isinstance(most, int) else 0)


def _length(part: Mapping[str, object]) -> int:
    text = part.get("text")
    return len(text) if isinstance(text, str) else 0

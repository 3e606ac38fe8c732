"""A request that the cache may answer: a reply from there, else the model's, which is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from turbo_yaml.errors import CacheError
from turbo_yaml.journal.privacy import Privacy, known_secrets, without_known
from turbo_yaml.models.request import Reply, Request
from turbo_yaml.protocol import BaseCache, Generate, Message
from turbo_yaml.records import replace
from turbo_yaml.runtime.events import UsageEvent, WarningEvent
from turbo_yaml.runtime.frames import Frame
from turbo_yaml.runtime.policy.answerers import Answerer
from turbo_yaml.runtime.policy.stopping import STOPPED
from turbo_yaml.runtime.recording.replies import asked_data, reply_data, reply_of

_AS_IT_IS: Final = Privacy()
_READS: Final = frozenset(("read", "on"))
_WRITES: Final = frozenset(("write", "on"))


def count_request(frame: Frame, who: Answerer, request: Request) -> str:
    """Return the key of a request in the cache, and count that the run has made it.

    Two servers may call different models by one name: the address is part of what is asked, no key is.
    The second time that a run asks the same it wants another sample, and gets it from the cache as well.
    """
    cache = cache_of(frame)
    data = {**asked_data(request), "messages": [_said(message) for message in request.messages]}
    if who.server:
        data["server"] = who.server
    first = cache.to_key(data)
    repeats = frame.host.repeats
    if repeats is None:
        repeats = frame.host.repeats = {}
    repeat = repeats[first] = repeats.get(first, -1) + 1
    return cache.to_key({**data, "repeat": repeat}) if repeat else first


async def cached(
    frame: Frame,
    ask: Generate,
    who: Answerer,
    request: Request,
    key: str,
    work: Callable[[], Awaitable[Reply]],
) -> Reply:
    """Return the reply of the cache, which took no tokens, else that of `work`, as the settings say."""
    cache = cache_of(frame)
    if who.cache in _READS and (kept := await _get(cache, key, frame)) is not None:
        if frame.host.listener is not None:
            await frame.host.emit(
                UsageEvent(
                    flow=frame.name,
                    step=ask.id,
                    depth=frame.level,
                    input_tokens=0,
                    output_tokens=0,
                    model=kept.model or request.model,
                    cached=True,
                    cost=0.0,
                )
            )
        return replace(kept, usage=None, cost=0.0)
    reply = await work()
    if who.cache in _WRITES and reply.finish_reason != STOPPED and _can_be_kept(reply):
        try:
            await cache.set(key, {"text": reply.content, **reply_data(reply, _AS_IT_IS)})
        except CacheError as problem:
            await _tell(frame, problem)
    return reply


def _can_be_kept(reply: Reply) -> bool:
    """Tell whether no secret that is known here stands in a reply. Masked, it would be another one."""
    said = (reply.content, reply.reasoning, *(call.arguments for call in reply.tool_calls))
    return without_known(known_secrets(), said)


async def _get(cache: BaseCache, key: str, frame: Frame) -> Reply | None:
    try:
        found: Mapping[str, Any] = await cache.get(key)
    except KeyError:
        return None
    except CacheError as problem:
        await _tell(frame, problem)
        return None
    try:
        return reply_of(found["text"], found)
    except (LookupError, TypeError, ValueError, AttributeError):
        await _tell(frame, CacheError("the cache holds what is no reply; the model is asked"))
        return None


async def _tell(frame: Frame, problem: CacheError) -> None:
    """Say what is wrong with the cache, once in a run."""
    if problem.message not in frame.host.warned:
        frame.host.warned |= {problem.message}
        await frame.host.emit(WarningEvent(flow=frame.name, message=problem.message))


def cache_of(frame: Frame) -> BaseCache:
    """Return the host's cache, else the user's own in a file."""
    shared = frame.host.shared
    if shared.cache is None:
        from turbo_yaml.cache.file import SqliteCache
        from turbo_yaml.journal.folder import state_folder

        shared.cache = SqliteCache(state_folder())
    return shared.cache


def _said(message: Message) -> list[Any]:
    calls = [[call.id, call.name, call.arguments] for call in getattr(message, "tool_calls", ())]
    answers = getattr(message, "tool_call_id", None)
    return [message.role, message.name, message.content, calls, answers]

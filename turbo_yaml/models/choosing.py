"""Several replies to one turn to the one that is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from turbo_yaml.errors import ModelError
from turbo_yaml.models.request import Reply
from turbo_yaml.records import replace


def several(settings: Mapping[str, Any]) -> bool:
    """Tell whether more than one reply is asked for."""
    return (settings.get("n") or 1) > 1


def choose(replies: Sequence[Reply], settings: Mapping[str, Any]) -> Reply:
    """Return one of some replies, as the setting `select_choice` says, with the tokens that all took."""
    way = settings.get("select_choice") or "first"
    chosen = way(replies) if callable(way) else _WAYS[way](replies)
    if not isinstance(chosen, Reply):
        message = f"`select_choice` gave {type(chosen).__name__}, not one of the replies"
        raise ModelError(message, kind="configuration", hint="return one of the replies that it is given")
    return replace(chosen, usage=next((reply.usage for reply in replies if reply.usage is not None), None))


def _most_common(replies: Sequence[Reply]) -> Reply:
    """Return the reply whose text came most often; of several such, the one that came first."""
    counts = Counter(reply.content.strip() for reply in replies)
    return max(replies, key=lambda reply: counts[reply.content.strip()])


_WAYS: Final[Mapping[str, Callable[[Sequence[Reply]], Reply]]] = {
    "first": lambda replies: replies[0],
    "most_common": _most_common,
    "longest": lambda replies: max(replies, key=lambda reply: len(reply.content)),
    "shortest": lambda replies: min(replies, key=lambda reply: len(reply.content)),
}

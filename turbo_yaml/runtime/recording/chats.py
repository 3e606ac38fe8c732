"""The messages of a prompt to links, each hashed with all before it, and each only once."""

from __future__ import annotations

from collections.abc import Sequence

from turbo_yaml.journal.content import hashed, to_bytes, to_json
from turbo_yaml.journal.log import Link
from turbo_yaml.journal.privacy import Privacy
from turbo_yaml.memory.local import Beginning
from turbo_yaml.protocol import Message


class Chat:
    """How far the messages of a chat are linked: a prompt that extends the last one costs what is new."""

    __slots__ = ("_links", "_messages", "_seen")

    def __init__(self, other: Chat | None = None) -> None:
        self._messages: list[Message] = [] if other is None else other._messages.copy()
        self._links: list[bytes] = [] if other is None else other._links.copy()
        self._seen: object = None
        """The list whose beginning was looked at last, where it is known that lists only grow."""

    def follow(self, messages: Sequence[Message], privacy: Privacy) -> tuple[list[Link], bytes | None]:
        """Return the links of messages that are new, and the hash of the whole prompt."""
        known = self._known(messages)
        del self._messages[known:], self._links[known:]
        before = self._links[-1] if self._links else None
        new = []
        for message in messages[known:] if known else messages:
            link = _link(before, message, privacy)
            before = link.hash
            new.append(link)
            self._links.append(before)
            self._messages.append(message)
        return new, before

    def links(self, privacy: Privacy) -> list[Link]:
        """Return the links of the last prompt, from its beginning."""
        return Chat().follow(self._messages, privacy)[0]

    def _known(self, messages: Sequence[Message]) -> int:
        """Return how many messages at the beginning are those of the last prompt."""
        own = self._messages
        if type(messages) is Beginning:
            if self._seen is messages.whole and len(own) <= len(messages):
                return len(own)
            self._seen = messages.whole
        else:
            self._seen = None
        # Lists compare by identity first: a message that is the same one costs nothing.
        if len(own) <= len(messages) and own == messages[: len(own)]:
            return len(own)
        return next(
            (n for n, pair in enumerate(zip(own, messages, strict=False)) if pair[0] != pair[1]),
            min(len(own), len(messages)),
        )


def _link(before: bytes | None, message: Message, privacy: Privacy) -> Link:
    content = message.content
    form = "text" if isinstance(content, str) else "parts"
    text = privacy.text(content) if isinstance(content, str) else to_json(privacy.data(content))
    calls = getattr(message, "tool_calls", ())
    if calls:
        form += " " + to_json([[call.name, privacy.text(call.arguments)] for call in calls])
    head = f"{message.role}\0{message.name or ''}\0{form}\0".encode("utf-8", "surrogatepass")
    hash = hashed((before or b"") + head + to_bytes(text))
    return Link(hash, before, message.role, message.name, form, text)

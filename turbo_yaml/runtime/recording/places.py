"""Where in a run something is asked: names that are the same each time the run is driven."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import ref

from turbo_yaml.runtime.frames import Frame
from turbo_yaml.runtime.recording.chats import Chat


class Place:
    """A flow at work, as part of a place: `support/draft[3]` is the third `draft` of the flow `support`.

    A flow does one thing after another, so that its names, counted, say what is asked, whatever goes on
    beside it. Lines of the file are no part of them: they change with every comment.
    """

    __slots__ = ("_generator", "chat", "counts", "ended_by", "expired", "last", "outer", "path")

    def __init__(self, path: str = "", outer: Place | None = None) -> None:
        self.path = path
        self.outer = outer
        self.counts: dict[str, int] = {}
        self.chat: Chat | None = None
        self.expired = False
        """The time of the flow was over when it was recorded: it is so again where the record ends."""
        self.ended_by: int | None = None
        """The branch that ended all others, where that was recorded."""
        self.last = 0
        """The number of the last event here that was recorded before."""
        self._generator: ref[Any] | None = None

    def next(self, name: str) -> str:
        """Return the place of the next thing that is asked under a name."""
        count = self.counts[name] = self.counts.get(name, 0) + 1
        return f"{self.path}{name}" if count == 1 else f"{self.path}{name}[{count}]"

    def inner(self, name: str) -> Place:
        """Return the place of a flow, or of branches, that this one starts."""
        return Place(self.next(name) + "/", self)

    def beside(self) -> Place:
        """Return this place for other work at the same step: what is done there is counted together."""
        place = Place(self.path, self)
        place.counts = self.counts
        return place

    def branch(self, name: str) -> Place:
        """Return the place of one of several branches."""
        return Place(f"{self.path}{name}/", self)

    def successor(self, name: str) -> Place:
        """Return the place of a flow that this one hands over to, on the same chat."""
        first = self.first
        place = Place(first.next(name) + ">/", first)
        place.chat = self.chat
        return place

    @property
    def first(self) -> Place:
        """The place of the flow that began here, whoever has gone on since."""
        place = self
        while place.path.endswith(">/") and place.outer is not None:
            place = place.outer
        return place

    def runs(self, generator: Any) -> None:
        """Take note of the generator at work here. It is not held: a run that is forgotten falls apart."""
        try:
            self._generator = ref(generator)
        except TypeError:
            self._generator = None

    @property
    def generator(self) -> Any:
        """The generator at work here, if it is known."""
        return None if self._generator is None else self._generator()

    def around(self) -> Iterator[Place]:
        """Yield this place and those around it."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.outer

    def chat_before(self) -> Chat | None:
        """Return what is known of the chat that this flow's chat began as a copy of."""
        return next((place.chat for place in self.around() if place.chat is not None), None)


def line_of(generator: Any) -> str | None:
    """Return the file and the line at which a generator stands."""
    frame = getattr(generator, "ag_frame", None)
    return None if frame is None else _line(frame)


def _line(frame: Any) -> str:
    source = frame.f_globals.get("__turbo_source__")
    name = frame.f_code.co_filename if source is None else source.name
    return f"{name}:{frame.f_lineno}"


def line_around(place: Place) -> str | None:
    """Return the file and the line of the flow that a call of a tool, at this place, was made in."""
    # The call itself, and what may go around it, are generators of this package.
    own = __name__.partition(".")[0] + "."
    frames = (getattr(each.generator, "ag_frame", None) for each in place.around())
    inner = (frame for frame in frames if frame is not None)
    flow = next((f for f in inner if not str(f.f_globals.get("__name__", "")).startswith(own)), None)
    return None if flow is None else _line(flow)


def generator_of(chat: Frame) -> Any:
    """Return the generator whose signal is at the caller: that of an included flow, if any."""
    assert chat.place is not None
    generator, frame = chat.place.generator, chat
    while (active := frame.active) is not None:
        frame = active.frame
        inner = getattr(active, "generator", None)
        generator = inner if inner is not None else frame.place and frame.place.generator
    return generator

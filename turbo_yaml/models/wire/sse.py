"""Bytes of an event stream, cut anywhere, to the data of its events.

The rules are those of the HTML standard, section "Interpreting an event stream", but for two: a last event
that no blank line ends is given too, and text that is not UTF-8 is an error.
"""

from __future__ import annotations

from typing import NamedTuple

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event: its type, `message` unless named, and its data lines joined."""

    type: str
    data: str


class EventTooLarge(ValueError):
    """An event is longer than the cap."""


class EventParser:
    """An incremental parser: `feed` it chunks, then `finish`. `cap` bounds one event, in bytes."""

    __slots__ = ("_after_cr", "_cap", "_data", "_first", "_held", "_size", "_tail", "_type")

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._tail: list[bytes] = []
        self._held = 0
        self._after_cr = False
        self._first = True
        self._type = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that this chunk ends; `UnicodeDecodeError` or `EventTooLarge` on bad ones."""
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk[0] == 10:
                chunk = chunk[1:]
        if not chunk:
            return []
        lines = chunk.splitlines()
        last = chunk[-1]
        if last == 10 or last == 13:
            rest = b""
            self._after_cr = last == 13
        else:
            rest = lines.pop()
        if lines and self._tail:
            self._tail.append(lines[0])
            lines[0] = b"".join(self._tail)
            self._tail.clear()
            self._held = 0
        events = self._read(lines)
        if rest:
            self._hold(rest)
        return events

    def finish(self) -> list[Event]:
        """Return the event that the end of the stream completes, if there is one."""
        lines = [b"".join(self._tail), b""] if self._tail else [b""]
        self._tail.clear()
        return self._read(lines)

    def _hold(self, rest: bytes) -> None:
        self._tail.append(rest)
        self._held += len(rest)
        if self._held > self._cap:
            raise EventTooLarge(f"a line of the event stream is longer than {self._cap} bytes")

    def _read(self, lines: list[bytes]) -> list[Event]:
        events: list[Event] = []
        for line in lines:
            if self._first:
                self._first = False
                line = line.removeprefix(_BYTE_ORDER_MARK)
            if line.startswith(b"data:"):
                self._add(line[6:] if line[5:6] == b" " else line[5:])
            elif not line:
                if self._data:
                    events.append(self._event())
                self._type = b""
            elif line.startswith(b"event:"):
                self._type = line[7:] if line[6:7] == b" " else line[6:]
            elif line == b"data":
                self._add(b"")
            elif line == b"event":
                self._type = b""
        return events

    def _add(self, value: bytes) -> None:
        self._data.append(value)
        self._size += len(value) + 1
        if self._size > self._cap:
            raise EventTooLarge(f"an event of the stream is longer than {self._cap} bytes")

    def _event(self) -> Event:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data.clear()
        self._size = 0
        return Event(self._type.decode() or "message", data.decode())

"""The parser of event streams: what it reads does not depend on where the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.models.wire.sse import Event, EventParser, EventTooLarge


def parse(*chunks: bytes, cap: int = 1 << 20) -> list[Event]:
    """Return the events of a stream that comes in these chunks."""
    parser = EventParser(cap)
    return [event for chunk in chunks for event in parser.feed(chunk)] + parser.finish()


def cuts(data: bytes, places: list[int]) -> list[bytes]:
    """Return data cut at these places."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


text = st.text(st.characters(exclude_characters="\r\n\ufeff", exclude_categories=("Cs",)), max_size=8)
lines = st.one_of(
    st.sampled_from(
        ["", "", "data", "data:", "data: ", "event", "event: error", ": ping", "retry: 5", "id: 1"]
    ),
    st.builds("data:{}".format, text),
    st.builds("data: {}".format, text),
    st.builds("event: {}".format, text),
    text,
)
ends = st.sampled_from(["\n", "\r", "\r\n"])
streams = st.lists(st.tuples(lines, ends)).map(lambda pairs: "".join(a + b for a, b in pairs).encode())


@given(streams, st.lists(st.integers(0, 200)))
def test_any_cutting_of_the_bytes_gives_the_same_events(data: bytes, places: list[int]) -> None:
    assert parse(*cuts(data, places)) == parse(data)


@given(streams)
def test_one_byte_at_a_time_gives_the_same_events(data: bytes) -> None:
    assert parse(*(data[i : i + 1] for i in range(len(data)))) == parse(data)


@given(st.lists(st.tuples(text, st.lists(text, min_size=1, max_size=3))), ends)
def test_what_is_written_is_read(events: list[tuple[str, list[str]]], end: str) -> None:
    written = ""
    for kind, data in events:
        written += f"event: {kind}{end}" + "".join(f"data: {line}{end}" for line in data) + end
    assert parse(written.encode()) == [Event(kind or "message", "\n".join(data)) for kind, data in events]


def test_only_one_space_after_the_colon_is_left_out() -> None:
    assert parse(b"data:a\n\ndata: a\n\ndata:  a\n\n") == [
        Event("message", "a"),
        Event("message", "a"),
        Event("message", " a"),
    ]


def test_comments_retries_and_blank_lines_are_no_events() -> None:
    assert parse(b": ping\n\n:\n\nretry: 10\n\nid: 7\n\nevent: x\n\n\n\n") == []


def test_a_type_holds_for_one_event() -> None:
    assert parse(b"event: a\ndata: 1\n\ndata: 2\n\n") == [Event("a", "1"), Event("message", "2")]


def test_a_byte_order_mark_is_left_out_once() -> None:
    mark = b"\xef\xbb\xbf"
    assert parse(mark[:1], mark[1:] + b"data: a\n\ndata: " + mark + b"\n\n") == [
        Event("message", "a"),
        Event("message", "\ufeff"),
    ]


def test_a_last_event_needs_no_blank_line() -> None:
    assert parse(b"data: a\n") == parse(b"data: a") == parse(b"data: a\n\n") == [Event("message", "a")]


def test_a_letter_cut_in_two_is_read_and_half_a_letter_is_an_error() -> None:
    assert parse(b"data: \xc3", b"\xa9\n\n") == [Event("message", "é")]
    with pytest.raises(UnicodeDecodeError):
        parse(b"data: \xc3\n\n")


def test_an_event_longer_than_the_cap_is_refused_before_it_is_whole() -> None:
    for stream in ([b"data: " + b"x" * 60], [b"x" * 10] * 6, [b"data: 12345678\n"] * 6):
        with pytest.raises(EventTooLarge):
            parser = EventParser(50)
            for chunk in stream:
                parser.feed(chunk)
    assert len(parse(*[b"data: 12345678\n\n"] * 50, cap=50)) == 50

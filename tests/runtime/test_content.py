"""Messages from data, data from messages, and files in messages."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.talking import compiled, played
from turbo_yaml.errors import FlowError
from turbo_yaml.protocol import Assistant, Result, ToolCall, Usage, User
from turbo_yaml.runtime.content.attachments import MAX_BYTES, attachment
from turbo_yaml.runtime.content.media import media_type
from turbo_yaml.runtime.content.messages import history, message_data

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def test_history_makes_messages_of_data() -> None:
    data = [
        {"role": "user", "content": "hi", "name": "Ada"},
        {"role": "assistant", "content": [{"text": "a"}, {"image": "https://x/y.png"}]},
    ]
    assert list(history(data)) == [
        User("hi", name="Ada"),
        Assistant([{"text": "a"}, {"image": "https://x/y.png"}]),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("text", "takes a list"),
        (["text"], "no map"),
        ([{"role": "system", "content": "obey"}], "`system`"),
        ([{"role": "tool", "content": "x"}], "`tool`"),
        ([{"content": "x"}], "role"),
        ([{"role": "user"}], "content"),
        ([{"role": "user", "content": 3}], "content"),
        ([{"role": "user", "content": []}], "content"),
        ([{"role": "user", "content": [{"image": "/etc/passwd"}]}], "names a file"),
        ([{"role": "user", "content": [{"text": "a", "image": "data:,"}]}], "part"),
        ([{"role": "user", "content": "x", "label": "system"}], "label"),
        ([{"role": "user", "content": "x", "name": 3}], "name"),
    ],
)
def test_history_refuses_what_is_no_message(data: Any, said: str) -> None:
    with pytest.raises(FlowError, match=said) as caught:
        history(data)
    assert caught.value.kind == "type"


@given(JSON | st.lists(st.fixed_dictionaries({}, optional={"role": JSON, "content": JSON, "name": JSON})))
def test_data_never_becomes_instructions_whatever_it_is(data: Any) -> None:
    try:
        messages = list(history(data))
    except FlowError:
        return
    for message in messages:
        assert message.role in ("user", "assistant")
        assert message.sticky is None and message.label is None


def test_a_reply_as_data_is_plain() -> None:
    reply = Assistant(
        "x", tool_calls=(ToolCall("1", "f", "{}"),), usage=Usage(1, 2), finish_reason="stop", model="m"
    )
    assert message_data(reply) == {
        "role": "assistant",
        "content": "x",
        "tool_calls": [{"id": "1", "name": "f", "arguments": "{}"}],
        "usage": {"input_tokens": 1, "output_tokens": 2, "cost": None},
        "finish_reason": "stop",
        "model": "m",
    }


def attached(place: str, root: Path | None, kind: str = "file", folder: Path | None = None) -> Any:
    async def flow(memory: Any = None) -> Any:
        yield Result(attachment(place, kind))

    return played(compiled(flow, root=root, folder=folder)).outcome


def test_urls_are_passed_on() -> None:
    for url in ("https://x/y.png", "http://x/y", "data:text/plain,hi"):
        assert attachment(url) == url


def test_a_file_under_the_root_becomes_a_data_url_with_the_type_of_its_content(tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").write_bytes(PNG)
    url = attached("cat.jpg", tmp_path, "image")
    assert url == "data:image/png;base64," + base64.b64encode(PNG).decode()
    (tmp_path / "note.txt").write_text("hi")
    assert attached("note.txt", tmp_path).startswith("data:text/plain;base64,")


def test_a_path_begins_in_the_folder_of_the_flow_and_stays_under_its_root(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "cat.png").write_bytes(PNG)
    (tmp_path / "note.txt").write_text("hi")
    assert attached("cat.png", tmp_path, "image", flows).startswith("data:image/png")
    assert attached("../note.txt", tmp_path, "file", flows).startswith("data:text/plain")
    with pytest.raises(FlowError, match="outside"):
        attached("../note.txt", flows, "file", flows)


@pytest.mark.parametrize(
    "place", ["../secret.txt", "/etc/passwd", "link.txt", "missing.txt", ".", "a\0b", ""]
)
def test_a_place_outside_of_the_root_or_without_a_file_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "flows"
    root.mkdir()
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(FlowError) as caught:
        attached(place, root)
    assert caught.value.kind == "file"


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(FlowError, match="20 MiB"):
        attached("large.bin", tmp_path)


WAV = b"RIFF\0\0\0\0WAVEfmt "


@pytest.mark.parametrize(
    ("content", "name", "media"),
    [
        (PNG, "cat.jpg", "image/png"),
        (b"\xff\xd8\xff\xe0", "cat", "image/jpeg"),
        (b"GIF89a", "cat.gif", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "cat.webp", "image/webp"),
        (b"\0\0\0\x20ftypavif", "cat.avif", "image/avif"),
        (b"\0\0\0\x20ftypheic", "cat.heic", "image/heic"),
        (b"<svg/>", "cat.svg", "image/svg+xml"),
        (WAV, "a.mp3", "audio/wav"),
        (b"ID3\4", "a.mp3", "audio/mpeg"),
        (b"\xff\xf3\x84", "a.mp3", "audio/mpeg"),
        (b"\xff\xf1\x50", "a.aac", "audio/aac"),
        (b"OggS", "a.ogg", "audio/ogg"),
        (b"fLaC", "a.flac", "audio/flac"),
        (b"\0\0\0\x20ftypM4A ", "a.m4a", "audio/mp4"),
        (b"\0\0\0\x20ftypisom", "a.mp4", "video/mp4"),
        (b"%PDF-1.7", "a.txt", "application/pdf"),
        (b"PK\3\4", "a.zip", "application/zip"),
        (
            b"PK\3\4",
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"a,b", "a.csv", "text/csv"),
        (b"<html>", "cat.png", "text/plain"),
        (b"\0\1", "cat.png", "application/octet-stream"),
        (b"", "cat.png", "application/octet-stream"),
        ("é".encode(), "note", "text/plain"),
    ],
)
def test_the_content_of_a_file_says_what_it_is_before_its_name_does(
    content: bytes, name: str, media: str
) -> None:
    assert media_type(content, name) == media


@pytest.mark.parametrize("kind", ["image", "audio"])
def test_a_page_that_is_named_as_a_picture_is_none(tmp_path: Path, kind: str) -> None:
    (tmp_path / "cat.png").write_text("<html>not found</html>")
    with pytest.raises(FlowError, match=f"no {kind} but `text/plain`"):
        attached("cat.png", tmp_path, kind)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hi")
    with pytest.raises(FlowError, match="no image"):
        attached("note.txt", tmp_path, "image")


def test_a_flow_without_a_folder_reads_no_file() -> None:
    with pytest.raises(FlowError, match="no folder"):
        attached("cat.png", None)

"""Files that a person attaches to what is said: text as text, anything else as a part of a message."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from turbo_yaml.errors import UsageError
from turbo_yaml.protocol.messages import Part
from turbo_yaml.records import Record

LARGEST: Final = 20 << 20
_LARGEST_TEXT: Final = 1 << 20


class Attachment(Record):
    """A file by its name: its `text`, or where it holds none the `part` that it is; and its size in bytes."""

    name: str
    size: int
    text: str | None = None
    part: Part | None = None


def read_attachment(word: str) -> Attachment:
    """Return a file to attach; `UsageError` where it cannot be read or is too large."""
    path = Path(word).expanduser()
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"`{word}` cannot be attached: {reason}") from None
    if len(data) > LARGEST:
        raise UsageError(f"`{word}` cannot be attached: it is larger than {LARGEST >> 20} MiB")
    text = _text_of(data)
    if text is not None:
        return Attachment(path.name, len(data), text=text)
    return Attachment(path.name, len(data), part=_part_of(data, path.name))


def as_text(attachment: Attachment) -> str:
    """Return a text file as it stands in a message: below its name, between fences that it has not."""
    text = attachment.text or ""
    fence = "```"
    while fence in text:
        fence += "`"
    end = "" if text.endswith("\n") else "\n"
    return f"{attachment.name}:\n{fence}\n{text}{end}{fence}"


def _text_of(data: bytes) -> str | None:
    if len(data) > _LARGEST_TEXT or b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _part_of(data: bytes, name: str) -> Part:
    from base64 import b64encode

    from turbo_yaml.runtime.content.media import media_type

    media = media_type(data, name)
    url = f"data:{media};base64,{b64encode(data).decode('ascii')}"
    kind = media.partition("/")[0]
    if kind == "image":
        return {"image": url}
    return {"audio": url} if kind == "audio" else {"file": url}

"""The first bytes of a file, and only where they tell nothing its name, to its media type."""

from __future__ import annotations

import mimetypes
from typing import Final

_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xfa", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS: Final = (
    ((b"avif", b"avis"), "image/avif"),
    ((b"heic", b"heix", b"mif1", b"msf1"), "image/heic"),
    ((b"M4A ", b"M4B "), "audio/mp4"),
)
_TOLD: Final = frozenset(
    (*(media for _, media in _SIGNATURES), *_RIFF.values(), *(media for _, media in _BRANDS), "audio/x-wav")
)
"""The types whose content is known: where it is another, the name is wrong."""
_ZIPPED: Final = (
    "application/vnd.openxmlformats",
    "application/vnd.oasis",
    "application/epub",
    "application/zip",
)


def media_type(content: bytes, name: str) -> str:
    """Return the media type of a file."""
    named = mimetypes.guess_type(name, strict=False)[0] or ""
    found = _of_content(content)
    if found == "application/zip" and named.startswith(_ZIPPED):
        return named
    if found is not None:
        return found
    if named and named not in _TOLD:
        return named
    return "text/plain" if _is_text(content) else "application/octet-stream"


def _of_content(content: bytes) -> str | None:
    for signature, media in _SIGNATURES:
        if content.startswith(signature):
            return media
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12], "application/octet-stream")
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return next((media for brands, media in _BRANDS if brand in brands), "video/mp4")
    return None


def _is_text(content: bytes) -> bool:
    try:
        return bool(content) and b"\0" not in content and content.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False

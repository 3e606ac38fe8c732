"""A file beside the flow, or below its root, to a `data:` URL."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

from turbo_yaml.errors import FlowError
from turbo_yaml.runtime.content.media import media_type
from turbo_yaml.runtime.frames import current_frame
from turbo_yaml.source.files import UnreadableText, read_below

MAX_BYTES: Final = 20 * 1024 * 1024


def attachment(place: str, kind: str = "file") -> str:
    """Return the URL of a part: `http`, `https` and `data` URLs as they are, a file as a `data:` URL.

    `kind` is `image`, `audio` or `file`; `FlowError` of kind `type` for a file that is something else.

    A path is read from the flow's own folder; `FlowError` of kind `file` where it leads out of the flow's
    root, where there is no such file, or where it is larger than 20 MiB.
    """
    if place.startswith(("data:", "https://", "http://")):
        return place
    frame = current_frame()
    info = None if frame is None else frame.info
    if info is None or info.root is None:
        raise FlowError(
            f"`{place:.200}` cannot be read: this flow has no folder",
            kind="file",
            hint="give a URL or a `data:` URL",
        )
    content = _read(info.root, info.folder or info.root, place)
    media = media_type(content, place)
    if kind != "file" and not media.startswith(f"{kind}/"):
        raise FlowError(f"`{place:.200}` is no {kind} but `{media}`", kind="type")
    return f"data:{media};base64,{base64.b64encode(content).decode('ascii')}"


def _read(root: Path, folder: Path, place: str) -> bytes:
    try:
        path = (folder / place).resolve()
        if not path.is_relative_to(root.resolve()):
            raise FlowError(
                f"`{place:.200}` is outside of the flow's folder",
                kind="file",
                hint="put the file beside the flow",
            )
        return read_below(root, path, f"{place:.200}", MAX_BYTES)
    except UnreadableText as problem:
        raise FlowError(problem.message, kind="file") from None
    except (OSError, ValueError, RuntimeError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise FlowError(f"`{place:.200}` cannot be read: {reason}", kind="file") from None

"""Standard streams: which are terminals, which take colour, and what may be written to each."""

from __future__ import annotations

import os
import sys
from typing import TextIO

import click

COLOR = "turbo_yaml.color"


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person sees this stream; a closed stream is none."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def wants_color(stream: TextIO | None, context: click.Context | None = None) -> bool:
    """Tell whether to colour: `--color`, then NO_COLOR and FORCE_COLOR, then what the stream is."""
    context = context or click.get_current_context(silent=True)
    choice = context.meta.get(COLOR, "auto") if context is not None else "auto"
    if choice != "auto":
        return bool(choice == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def tell(text: str) -> None:
    """Write one line for the person on standard error."""
    write(sys.stderr, text + "\n")


def murmur(text: str) -> None:
    """Write one line beside what matters on standard error: dim where there is colour."""
    from turbo_yaml.diagnostics.visible import one_line

    line = one_line(text)
    put(sys.stderr, f"\x1b[2m{line}\x1b[0m\n" if wants_color(sys.stderr) else f"{line}\n")


def write(stream: TextIO | None, text: str) -> None:
    """Write text from a flow or a model: as it is to a file or pipe, harmless to a terminal.

    A stream that was closed before the command began takes nothing, as if it led to `/dev/null`.
    """
    if is_terminal(stream):
        from turbo_yaml.diagnostics.visible import printable

        text = printable(text.replace("\r\n", "\n"))
    put(stream, text)


def put(stream: TextIO | None, text: str) -> None:
    """Write text as it is; what the stream's encoding lacks is written as an escape."""
    if stream is None:
        return
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()

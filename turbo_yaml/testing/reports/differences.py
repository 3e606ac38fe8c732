"""What was wanted and what came to lines that show where they differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from turbo_yaml.diagnostics.paint import Paint
from turbo_yaml.diagnostics.visible import one_line

_MOST = 24
_WIDE = 400
_AROUND = 2


def differences(wanted: str, got: str, paint: Paint) -> list[str]:
    """Return lines with `-` before what was wanted and `+` before what came; equal ones around them."""
    old, new = wanted.splitlines() or [""], got.splitlines() or [""]
    if len(old) == len(new) == 1:
        return [paint("good", "- " + _line(old[0])), paint("error", "+ " + _line(new[0]))]
    lines = [*_drawn(difflib.unified_diff(old, new, lineterm="", n=_AROUND), paint)]
    return lines if len(lines) <= _MOST else [*lines[:_MOST], f"  … and {len(lines) - _MOST} more lines"]


def _drawn(lines: Iterator[str], paint: Paint) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number < 2:
            continue  # the names of the files
        if line.startswith("@@"):
            if number > 2:
                yield "  …"
        elif line.startswith("-"):
            yield paint("good", "- " + _line(line[1:]))
        elif line.startswith("+"):
            yield paint("error", "+ " + _line(line[1:]))
        else:
            yield "  " + _line(line[1:])


def preview(text: str, most: int = 8) -> list[str]:
    """Return the first lines of a text."""
    lines = text.splitlines() or [""]
    shown = [_line(line) for line in lines[:most]]
    return shown if len(lines) <= most else [*shown, f"… and {len(lines) - most} more lines"]


def _line(text: str) -> str:
    shown = one_line(text)
    return shown if len(shown) <= _WIDE else shown[: _WIDE - 1] + "…"

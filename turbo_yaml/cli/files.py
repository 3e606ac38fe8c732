"""Paths on the command line to flows and text."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from turbo_yaml.errors import UsageError
from turbo_yaml.settings.sources import PROJECT_FILE
from turbo_yaml.source.files import is_test_file

_FLOW_KEY = rb"(?m)^(?:\xef\xbb\xbf)?[\"']?(?:turbo|steps)[\"']?\s*:"
SUFFIXES = (".yaml", ".yml")
# What a folder's first bytes must show for it to be taken for a flow.
_HEAD = 65_536


def find_flows(path: Path) -> list[Path]:
    """Return a file itself, or the flows and settings files in a folder and below, sorted.

    `UsageError` where there is none.
    """
    if not path.exists():
        raise UsageError(f"there is no file or folder `{path}`")
    if not path.is_dir():
        return [path]
    flows = sorted(
        file
        for file in _yaml_files(path)
        if file.name == PROJECT_FILE or is_test_file(file.name) or _is_flow(file)
    )
    if not flows:
        raise UsageError(
            f"there is no flow in the folder `{path}`",
            hint="a flow is a .yaml or .yml file with `turbo: 1` and `steps:` at its top",
        )
    return flows


def read_stdin() -> str:
    """Return all of standard input as text."""
    return decoded(sys.stdin.buffer.read(), "standard input")


def read_file(name: str) -> str:
    """Return the text of a file that the command line names."""
    try:
        return decoded(Path(name).read_bytes(), f"`{name}`")
    except OSError as error:
        raise UsageError(f"cannot read `{name}`: {error.strerror}") from None


def decoded(data: bytes, what: str) -> str:
    """Return UTF-8 as text, without the mark that some editors put at its start."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} is not UTF-8 text (byte {error.start + 1})") from None


def without_last_line_end(text: str) -> str:
    """Return text without the one line end that closes its last line."""
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith("\n") else text


def _yaml_files(folder: Path) -> Iterator[Path]:
    """Yield the YAML files below a folder; hidden folders and those of packages are passed over."""
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        found = (Path(root, name) for name in files if name.endswith(SUFFIXES))
        yield from (file for file in found if _is_inside(file, folder))


def _is_inside(file: Path, folder: Path) -> bool:
    """Tell whether what was found is a file, and no link out of the folder: nobody named what is there."""
    try:
        inside = not file.is_symlink() or file.resolve().is_relative_to(folder.resolve())
        return inside and stat.S_ISREG(file.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, RuntimeError):
        return True  # to be read, and told what is wrong


def _is_flow(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return re.search(_FLOW_KEY, opened.read(_HEAD)) is not None
    except OSError:
        return True

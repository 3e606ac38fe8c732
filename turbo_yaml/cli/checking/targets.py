"""Words on the command line to the files that are checked, each once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from turbo_yaml.cli.files import SUFFIXES, find_flows
from turbo_yaml.errors import UsageError
from turbo_yaml.records import Record

STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"
_MAGIC: Final = frozenset("*?[")


class Target(Record):
    """A file to check: the name that is shown for it, and its real path. `data` stands for its content."""

    name: str
    path: Path
    data: bytes | None = None


def find_targets(words: Iterable[str], stdin_name: str | None = None) -> list[Target]:
    """Return the files that words mean, sorted by name: files, folders, globs, and `-` for standard input.

    A file that several words mean is there once; `stdin_name` is the file that standard input stands for.
    `UsageError` where a word means none.
    """
    words = [*words]
    found: dict[Path, Target] = {}
    if STDIN in words:
        name = stdin_name or STDIN_NAME
        path = Path(name).resolve()
        found[path] = Target(name, path, b"" if sys.stdin is None else sys.stdin.buffer.read())
    elif stdin_name is not None:
        raise UsageError("`--stdin-name` names what comes in by `-`", hint="add `-` to the files")
    for word in words:
        for path in _files(word) if word != STDIN else ():
            target = Target(os.path.normpath(path), path.resolve())
            found.setdefault(target.path, target)
    return sorted(found.values(), key=lambda target: target.name)


def _files(word: str) -> list[Path]:
    path = Path(word)
    if path.exists() or _MAGIC.isdisjoint(word):
        return find_flows(path)
    files = sorted({file for match in _matches(word) for file in match})
    if not files:
        raise UsageError(
            f"no flow fits `{word}`",
            hint="a glob finds files that end in .yaml or .yml; `**` stands for all folders below",
        )
    return files


def _matches(glob: str) -> Iterator[list[Path]]:
    """Yield the files of each match: a YAML file itself, and of a folder the flows in it."""
    from glob import iglob

    for match in iglob(glob, recursive=True):  # noqa: PTH207
        path = Path(match)
        if path.is_dir():
            # Of `**` the files below are matches, too.
            yield [] if glob.endswith("**") else _flows_if_any(path)
        elif path.name.endswith(SUFFIXES):
            yield [path]


def _flows_if_any(folder: Path) -> list[Path]:
    try:
        return find_flows(folder)
    except UsageError:
        return []

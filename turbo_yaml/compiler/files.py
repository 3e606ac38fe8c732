"""The files of a flow: where they lie, which root bounds them, and each read once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.records import Record
from turbo_yaml.settings.sources import own_project_file
from turbo_yaml.source import Source, Span
from turbo_yaml.source.files import (
    MAX_BYTES,
    UnreadableText,
    confine,
    decode_text,
    read_below,
    read_source,
)

INSTALLED: Final = Path(__file__).parents[1] / "flows"
"""The folder of the flows that come with turbo-yaml."""
SCHEME: Final = "turbo:"
"""What their names begin with."""


class Place(Record):
    """A file: its real path, and the name that messages show for it."""

    path: Path
    name: str


class Files:
    """What a flow may read: everything under `root`, each file once."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._sources: dict[Path, Source | UnreadableText] = {}

    @classmethod
    def around(cls, path: Path, root: Path | None = None) -> Files:
        """Return the files that the flow at `path` may read: by default those under its project's folder."""
        return cls(root if root is not None else project_root(path.resolve().parent))

    def add(self, place: Place, source: Source) -> None:
        """Let a text stand for the file at a place."""
        self._sources[place.path] = source

    def read(self, place: Place) -> Source:
        """Return a file's text; raise `UnreadableText`."""
        found = self._sources.get(place.path)
        if found is None:
            try:
                found = self._read(place)
            except UnreadableText as problem:
                found = problem
            self._sources[place.path] = found
        if isinstance(found, UnreadableText):
            raise found
        return found

    def _read(self, place: Place) -> Source:
        if not place.path.is_relative_to(self.root):
            return read_source(place.path, name=place.name)  # the operator named it, or it comes with us
        return Source(
            place.name, decode_text(read_below(self.root, place.path, place.name, MAX_BYTES), place.name)
        )

    def beside(self, place: Place, relative: str) -> Place:
        """Return the file that `relative`, written in the file at `place`, means; raise `UnreadableText`."""
        if relative.startswith(SCHEME):
            return installed(relative)
        from_root = os.path.relpath(place.path.parent, self.root)
        path = confine(self.root, os.path.join(from_root, relative) if from_root != "." else relative)  # noqa: PTH118
        name = os.path.normpath(os.path.join(os.path.dirname(place.name), relative))  # noqa: PTH118, PTH120
        return Place(path, name)

    def mentioned(self, place: Place, flow: str) -> bool:
        """Tell whether another file under the root seems to use a flow of the file at a place."""
        use = re.compile(rf"[\w-]\.{re.escape(flow)}\b")
        for path in islice(_yaml_files(self.root), _MOST_LOOKED_AT):
            if path == place.path:
                continue
            try:
                text = read_source(path).text
            except UnreadableText:
                continue
            if place.path.name in text and use.search(text):
                return True
        return False


def _yaml_files(root: Path) -> Iterator[Path]:
    """Yield the YAML files of the first folders below a folder, hidden ones left out."""
    for folder, below, names in islice(os.walk(root), _MOST_LOOKED_AT):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if name.endswith((".yaml", ".yml")))


_MOST_LOOKED_AT = 500
"""Folders, and files, that are looked at to find out who uses a flow."""


def installed(name: str) -> Place:
    """Return a flow that comes with turbo-yaml, by its name `turbo:qa`; raise `UnreadableText`."""
    known = sorted(path.stem for path in INSTALLED.glob("*.yaml"))
    wanted = name.removeprefix(SCHEME)
    if wanted not in known:
        raise UnreadableText(f"no flow `{name}` comes with turbo-yaml", help=did_you_mean(wanted, known))
    return Place(INSTALLED / f"{wanted}.yaml", name)


def project_root(folder: Path) -> Path:
    """Return the folder of the `turbo.yaml` that holds for a flow in `folder`, or `folder` itself."""
    project = own_project_file(folder)
    return folder if project is None else project.parent


def unreadable(problem: UnreadableText, source: Source, span: Span) -> Diagnostic:
    """Return the diagnostic for a file that a flow names and that cannot be read."""
    return Diagnostic("unreadable-file", problem.message, source, span, help=problem.help)

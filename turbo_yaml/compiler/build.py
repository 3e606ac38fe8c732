"""Flow files to units: parsed, analysed and generated, or taken from the store where nothing has changed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from turbo_yaml.compiler.files import Files, Place, unreadable
from turbo_yaml.compiler.store import Store, digest, toolchain
from turbo_yaml.compiler.units import Unit, from_bytes, to_bytes
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source, Span
from turbo_yaml.source.files import UnreadableText

if TYPE_CHECKING:
    from turbo_yaml.compiler.stages import Analysed, Parsed
    from turbo_yaml.flow.nodes import FlowFile


class Builder:
    """Builds the files of one program, each once. Stages are loaded only when something must be compiled."""

    def __init__(self, files: Files, store: Store | None) -> None:
        self.files = files
        self.store = store
        self._parsed: dict[Place, Parsed] = {}
        self._seen: dict[Place, dict[str, str]] = {}

    # Units ---------------------------------------------------------------------------------------------

    def unit(self, place: Place) -> tuple[Unit | None, list[Diagnostic]]:
        """Return the compiled file; raise `UnreadableText` where it cannot be read."""
        source = self.files.read(place)
        key = self._key(source)
        stored = None if self.store is None else self.store.get(key)
        if stored is not None:
            unit = from_bytes(stored)
            if self._unchanged(unit, place):
                return unit, []
        built, found = self.compiled(place)
        if built is not None and self.store is not None and not found:
            self.store.put(key, to_bytes(built))
        return built, found

    def _key(self, source: Source) -> str:
        return digest(toolchain(), source.name.encode("utf-8", "replace"), source.text.encode())

    def _unchanged(self, unit: Unit, place: Place) -> bool:
        try:
            return all(
                _content_digest(self.files.read(self.files.beside(place, path))) == seen
                for path, seen in unit.seen.items()
            )
        except UnreadableText:
            return False

    def compiled(self, place: Place) -> tuple[Unit | None, list[Diagnostic]]:
        """Return the file compiled anew, and all that was found in it."""
        from turbo_yaml.compiler.record import record
        from turbo_yaml.compiler.stages import to_code, to_python

        with _without_collection():
            analysed = self.analysed(place)
            if not analysed.sound:
                return None, analysed.diagnostics
            generated = to_python(analysed)
            codes, found = to_code(generated)
            if found:
                return None, [*analysed.diagnostics, *found]
            return record(analysed, generated, codes, self._seen[place]), analysed.diagnostics

    # Stages --------------------------------------------------------------------------------------------

    def parsed(self, place: Place) -> Parsed:
        """Return a file as a typed flow, with the texts it includes read in."""
        from turbo_yaml.compiler.stages import parse

        found = self._parsed.get(place)
        if found is None:
            seen = self._seen.setdefault(place, {})
            source = self.files.read(place)
            found = self._parsed[place] = parse(source, self._includer(place, seen))
        return found

    def analysed(self, place: Place) -> Analysed:
        """Return all that can be known of a file without running it."""
        from turbo_yaml.compiler.stages import analyse

        parsed = self.parsed(place)
        files: dict[str, FlowFile | None] = {}
        found: list[Diagnostic] = []
        for alias, path, span in used_files(parsed):
            if not path:
                files[alias] = None  # what is written there was reported as no path
                continue
            try:
                other = self.files.beside(place, path)
                self._seen[place][path] = _content_digest(self.files.read(other))
                files[alias] = self.parsed(other).file
            except UnreadableText as problem:
                found.append(unreadable(problem, parsed.source, span))
                files[alias] = None
        analysed = analyse(parsed, files)
        analysed.diagnostics = sorted([*analysed.diagnostics, *found], key=Diagnostic.sort_key)
        return analysed

    def _includer(self, place: Place, seen: dict[str, str]) -> Callable[[str, Span], Source | str]:
        def read_include(path: str, span: Span) -> Source | str:
            try:
                source = self.files.read(self.files.beside(place, path))
            except UnreadableText as problem:
                return problem.message
            seen[path] = _content_digest(source)
            return source

        return read_include


@contextmanager
def _without_collection() -> Iterator[None]:
    """Hold back the garbage collector: trees only grow here, and it would walk them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def used_files(parsed: Parsed) -> Iterator[tuple[str, str, Span]]:
    """Yield each flow file that a file uses: its alias (or the path itself), its path, where it is named."""
    from turbo_yaml.analysis.links import flow_steps, is_path

    if parsed.file is None:
        return
    for use in parsed.file.uses:
        yield use.name, use.path, use.span
    for step in flow_steps(parsed.file):
        if is_path(step.flow.name):
            yield step.flow.name, step.flow.name, step.flow.span


def _content_digest(source: Source) -> str:
    return digest(source.text.encode())

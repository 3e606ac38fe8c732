"""Flow files to units: parsed, analysed and generated, or taken from the store where nothing has changed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from turbo_yaml.compiler.files import Files, Place, unreadable
from turbo_yaml.compiler.store import Store, digest, toolchain
from turbo_yaml.compiler.units import Unit, from_bytes, to_bytes
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source, Span
from turbo_yaml.source.files import UnreadableText

if TYPE_CHECKING:
    from turbo_yaml.analysis.calls import Program
    from turbo_yaml.analysis.inference.typed import Typed
    from turbo_yaml.analysis.links import Links
    from turbo_yaml.checks.levels import Levels
    from turbo_yaml.checks.subject import Takes
    from turbo_yaml.compiler.stages import Analysed, Parsed
    from turbo_yaml.flow.nodes import Flow, FlowFile, Turn
    from turbo_yaml.flow.nodes.tests import Test
    from turbo_yaml.settings.layers import Settings


class Builder:
    """Builds the files of one program, each once. Stages are loaded only when something must be compiled."""

    def __init__(
        self,
        files: Files,
        store: Store | None,
        levels: Levels | None = None,
        *,
        thorough: bool = False,
        probed: bool = False,
    ) -> None:
        self.files = files
        self.store = store
        self.levels = levels
        self.thorough = thorough
        """Whether all that the check knows is wanted, and not only what keeps a flow from being compiled."""
        self.probed = probed
        """Whether the steps of what is compiled tell that they are reached."""
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

    def forget(self) -> None:
        """Let go of the trees, which are large and of no more use once all is linked."""
        self._parsed.clear()

    def _key(self, source: Source) -> str:
        kind = (b"probed",) if self.probed else ()
        return digest(toolchain(), source.name.encode("utf-8", "replace"), source.text.encode(), *kind)

    def _unchanged(self, unit: Unit, place: Place) -> bool:
        try:
            return all(
                _content_digest(self.files.read(self.files.beside(place, path))) == seen
                for path, seen in unit.seen.items()
            )
        except UnreadableText:
            return False

    def compiled(self, place: Place) -> tuple[Unit | None, list[Diagnostic]]:
        """Return the file compiled anew, and all that was found in it; a check compiles only what it must."""
        with without_collection():
            analysed = self.analysed(place)
            checked = self.checked(place, analysed) if self.thorough else analysed.diagnostics
            if not analysed.sound or analysed.parsed.file is None:
                return None, checked
            from turbo_yaml.compiler.modest import is_modest

            if self.thorough and is_modest(analysed.parsed.file):
                return None, checked
            from turbo_yaml.compiler.record import record
            from turbo_yaml.compiler.stages import to_code, to_python

            generated = to_python(analysed, probed=self.probed)
            codes, found = to_code(generated)
            if found:
                return None, [*checked, *found]
            return record(analysed, generated, codes, self._seen[place]), checked

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
        files, found = self._files(place, parsed)
        analysed = analyse(parsed, files)
        analysed.diagnostics = sorted([*analysed.diagnostics, *found], key=Diagnostic.sort_key)
        return analysed

    def checked(self, place: Place, analysed: Analysed) -> list[Diagnostic]:
        """Return what was found in a file, and what the check finds beside it."""
        from turbo_yaml.compiler.stages import Around, check

        data, found = self._data(place, analysed.parsed)
        file = analysed.parsed.file
        rows, problems = ({}, []) if file is None else self.rows(place, analysed.parsed.source, file.tests)
        around = Around(
            data,
            self._links_of,
            rows,
            lambda name: self.files.mentioned(place, name),
            self._of_project,
            lambda flow, turn: self._takes(file, flow, turn),
        )
        return [*check(analysed, around, self.levels), *found, *problems]

    def program(self) -> Program:
        """Return how the flows of the files that were read hang together, for who asks for all of them."""
        from turbo_yaml.analysis.calls import Program
        from turbo_yaml.analysis.inference.flows import infer_types

        known: dict[int, Typed] = {}

        def typed_of(file: FlowFile) -> Typed:
            if id(file) not in known:
                known[id(file)] = infer_types(file, self._links_of(file), {})
            return known[id(file)]

        return Program(self._links_of, typed_of)

    def _links_of(self, file: FlowFile) -> Links:
        """Return which flows the steps of a file name that was parsed before."""
        from turbo_yaml.analysis.links import link_flows

        place = next((place for place, parsed in self._parsed.items() if parsed.file is file), None)
        return {} if place is None else link_flows(file, self._files(place, self.parsed(place))[0])[0]

    def rows(
        self, place: Place, source: Source, tests: Iterable[Test]
    ) -> tuple[dict[str, Any], list[Diagnostic]]:
        """Return what the files of rows of tests hold, by path, and what is wrong with them.

        The tests stand in `source`, the file at `place`.
        """
        from turbo_yaml.compiler.data import read_data

        rows: dict[str, Any] = {}
        found: list[Diagnostic] = []
        for named in (test.rows for test in tests if test.rows is not None):
            if named.path is None or named.path in rows:
                continue
            try:
                value, problems = read_data(self.files.read(self.files.beside(place, named.path)))
            except UnreadableText as problem:
                found.append(unreadable(problem, source, named.span))
                continue
            found += problems
            if not problems:
                rows[named.path] = value
        return rows, found

    def _of_project(self) -> Settings:
        """Return what the project's `turbo.yaml` says."""
        from turbo_yaml.settings.keys import LayerKind
        from turbo_yaml.settings.layers import Settings
        from turbo_yaml.settings.sources import PROJECT_FILE, read_file

        path = self.files.root / PROJECT_FILE
        layer = read_file(path, LayerKind.PROJECT_FILE)[0] if path.is_file() else None
        return Settings.built_in({}).with_layers(() if layer is None else (layer,))

    def _takes(self, file: FlowFile | None, flow: Flow, turn: Turn) -> Takes | None:
        """Return which model a turn asks and how much it takes, as far as that is known."""
        from turbo_yaml.compiler.context import takes

        return None if file is None else takes(file, self._of_project, flow, turn)

    def _data(self, place: Place, parsed: Parsed) -> tuple[dict[str, Any], list[Diagnostic]]:
        """Return what the data files hold, as far as they can be read, and what is wrong with them."""
        from turbo_yaml.compiler.data import read_data

        data: dict[str, Any] = {}
        found: list[Diagnostic] = []
        for entry in () if parsed.file is None else parsed.file.data:
            if not entry.path:
                continue  # what is written there was reported as no path
            try:
                value, problems = read_data(self.files.read(self.files.beside(place, entry.path)))
            except UnreadableText as problem:
                found.append(unreadable(problem, parsed.source, entry.span))
                continue
            if not problems:
                data[entry.name] = value
            found += problems
        return data, found

    def _files(self, place: Place, parsed: Parsed) -> tuple[dict[str, FlowFile | None], list[Diagnostic]]:
        """Return the flow files that a file uses, and what is wrong with reading them."""
        files: dict[str, FlowFile | None] = {}
        found: list[Diagnostic] = []
        for alias, path, span in used_files(parsed):
            if not path:
                files[alias] = None  # what is written there was reported as no path
                continue
            try:
                other = self.files.beside(place, path)
                self._seen[place][path] = _content_digest(self.files.read(other))
                files[alias] = self._legible(other)
                if files[alias] is None and not self.thorough:
                    found += self.parsed(other).diagnostics  # a check looks at that file, too
            except UnreadableText as problem:
                found.append(unreadable(problem, parsed.source, span))
                files[alias] = None
        return files, found

    def _legible(self, place: Place) -> FlowFile | None:
        """Return a file; None where it is no flow, or broken YAML may hide what it has."""
        parsed = self.parsed(place)
        return None if any(one.rule.startswith("yaml-") for one in parsed.diagnostics) else parsed.file

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
def without_collection() -> Iterator[None]:
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
    from turbo_yaml.analysis.links import flow_refs, is_path

    if parsed.file is None:
        return
    for use in parsed.file.uses:
        yield use.name, use.path, use.span
    for ref in flow_refs(parsed.file):
        if is_path(ref.name):
            yield ref.name, ref.name, ref.span


def _content_digest(source: Source) -> str:
    return digest(source.text.encode())

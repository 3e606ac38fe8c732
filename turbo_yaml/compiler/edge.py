"""What others call: check a flow file, show the Python it becomes, load it as a function that runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turbo_yaml.compiler.build import Builder, used_files
from turbo_yaml.compiler.files import SCHEME, Files, Place, installed
from turbo_yaml.compiler.store import Store
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import UsageError
from turbo_yaml.source import Source
from turbo_yaml.source.files import UnreadableText, is_test_file

if TYPE_CHECKING:
    from turbo_yaml.checks.levels import Levels
    from turbo_yaml.drawing.graph import Graph
    from turbo_yaml.flow.nodes import FlowFile
    from turbo_yaml.runtime.function import TurboGenFn
    from turbo_yaml.runtime.tooling.toolbox import Given
    from turbo_yaml.settings.layers import Layer

PathLike = str | os.PathLike[str]


def check(
    path: PathLike,
    *,
    root: Path | None = None,
    levels: Levels | None = None,
    text: str | None = None,
    apart: Container[Path] = (),
) -> list[Diagnostic]:
    """Return what is wrong or doubtful in a flow file and the files it uses, sorted. Runs nothing of them.

    `root`: the folder that bounds what may be read; by default that of the nearest `turbo.yaml`.
    `levels`: how severe the findings of each rule are. `text` stands for the file's content, as an editor's
    does. `apart`: the real paths of files that are checked by themselves; what is wrong in them is left out.
    `UsageError` where the file itself cannot be read.
    """
    builder, place = _builder(path, root, None, levels, thorough=True)
    if text is not None:
        builder.files.add(place, Source(place.name, text))
    try:
        return _check(builder, place, apart)
    except UnreadableText as problem:
        raise UsageError(problem.message, hint=problem.help) from None


def check_text(
    text: str, *, name: str = "<text>", root: Path | None = None, levels: Levels | None = None
) -> list[Diagnostic]:
    """Return `check` of a flow that is text; the files it uses are looked for under `root`."""
    builder, place = _builder_for_text(text, name, root, levels, thorough=True)
    return _check(builder, place)


def audit(path: PathLike, *, root: Path | None = None, layers: Iterable[Layer] = ()) -> dict[str, Any]:
    """Return what a flow can do, as JSON data: models, files, hosts, secrets, worst-case model calls.

    `layers`: settings that hold for it, such as the project's. Runs nothing. `FlowInvalid` where the flow has
    errors, `UsageError` where it cannot be read.
    """
    from turbo_yaml.checks.audit import audit as audited
    from turbo_yaml.compiler.servers import with_servers
    from turbo_yaml.settings.patch import stacked

    builder, file = _sound(path, root)
    settings = stacked([layer.patch for layer in layers])
    return with_servers(audited(file, builder.program(), settings), settings)


def graph(path: PathLike, *, root: Path | None = None) -> Graph:
    """Return what can happen in a flow, and in the flows that it leads to, as boxes and arrows. Runs nothing.

    `FlowInvalid` where the flow has errors, `UsageError` where it cannot be read.
    """
    from turbo_yaml.drawing.flows import graph_of

    builder, file = _sound(path, root)
    return graph_of(file, builder.program().links_of)


def reference(path: PathLike, *, root: Path | None = None, layers: Iterable[Layer] = ()) -> str:
    """Return how a flow is used, in Markdown: what it takes, gives, needs and costs. Runs nothing.

    `layers`: settings that hold for it. `FlowInvalid` where the flow has errors, `UsageError` where it cannot
    be read.
    """
    from turbo_yaml.checks.audit import audit as audited
    from turbo_yaml.reference.pages import page
    from turbo_yaml.settings.patch import stacked

    builder, file = _sound(path, root)
    return page(file, audited(file, builder.program(), stacked([layer.patch for layer in layers])))


def compile_python(path: PathLike, *, root: Path | None = None) -> tuple[str | None, list[Diagnostic]]:
    """Return the Python that a flow file becomes, as text to read, and what is wrong with the file."""
    from turbo_yaml.codegen.printing import to_text
    from turbo_yaml.compiler.stages import to_python

    builder, place = _builder(path, root, None)
    try:
        analysed = builder.analysed(place)
    except UnreadableText as problem:
        raise UsageError(problem.message, hint=problem.help) from None
    if not analysed.sound:
        return None, analysed.diagnostics
    generated = to_python(analysed)
    return to_text(generated.module, generated.source), analysed.diagnostics


def load(
    path: PathLike,
    *,
    layers: Iterable[Layer] = (),
    profiles: Iterable[str] = (),
    root: Path | None = None,
    cache: bool = True,
    flow: str | None = None,
    probed: bool = False,
    tools: Given | None = None,
    settings: Mapping[str, Any] | None = None,
) -> TurboGenFn:
    """Return a flow file's main flow as a function that runs, or with `flow` a local one of that name.

    `layers`: settings from elsewhere (files, the environment, the command line); `profiles`: the names of
    those that apply, in order; `settings`: stronger ones, as `configure` takes them; `tools`: functions for
    the tools that the flow declares, by name, or under their own names. `probed`: its steps tell that they
    are reached, for tests. `FlowInvalid` with every diagnostic where the file or one it uses has errors;
    `UsageError` where it cannot be read, or a function is not as its tool is declared.
    """
    builder, place = _builder(path, root, Store.default() if cache else None)
    builder.probed = probed
    function = _load(builder, place, layers, profiles, tools, flow)
    return function if settings is None else function.configure(settings)


def loads(
    text: str,
    *,
    name: str = "<text>",
    layers: Iterable[Layer] = (),
    profiles: Iterable[str] = (),
    root: Path | None = None,
    tools: Given | None = None,
    settings: Mapping[str, Any] | None = None,
) -> TurboGenFn:
    """Return a flow that is text as a function that runs; the files it uses are looked for under `root`."""
    builder, place = _builder_for_text(text, name, root)
    function = _load(builder, place, layers, profiles, tools)
    if not os.path.exists(name):  # noqa: PTH110
        _show_in_tracebacks(function.fn, name, text)
    return function if settings is None else function.configure(settings)


def _sound(path: PathLike, root: Path | None) -> tuple[Builder, FlowFile]:
    """Return a flow file without errors, and what has read it and the files it uses."""
    from turbo_yaml.errors import FlowInvalid

    builder, place = _builder(path, root, None)
    try:
        analysed = builder.analysed(place)
    except UnreadableText as problem:
        raise UsageError(problem.message, hint=problem.help) from None
    if not analysed.sound or analysed.parsed.file is None:
        raise FlowInvalid(analysed.diagnostics)
    return builder, analysed.parsed.file


def _load(
    builder: Builder,
    place: Place,
    layers: Iterable[Layer],
    profiles: Iterable[str],
    tools: Given | None,
    flow: str | None = None,
) -> TurboGenFn:
    # A check runs nothing, and starts faster without what runs flows.
    from turbo_yaml.compiler.link import Linker
    from turbo_yaml.runtime.function import TurboGenFn
    from turbo_yaml.settings.layers import Settings

    try:
        function = Linker(builder).function(place, flow)
    except UnreadableText as problem:
        raise UsageError(problem.message, hint=problem.help) from None
    stack = Settings.built_in().with_layers(layers).with_profiles(profiles)
    return TurboGenFn(function, stack=stack, tools=tools)


def _show_in_tracebacks(fn: Callable[..., Any], name: str, text: str) -> None:
    """Let tracebacks show the lines of a text that is no file, as long as its function lives."""
    import linecache
    from weakref import finalize

    entry = (len(text), None, text.splitlines(keepends=True), name)
    linecache.cache[name] = entry

    def forget() -> None:
        if linecache.cache.get(name) is entry:
            del linecache.cache[name]

    finalize(fn, forget).atexit = False


def _check(builder: Builder, place: Place, apart: Container[Path] = ()) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    waiting = [place]
    seen: set[Path] = set()
    while waiting:
        here = waiting.pop()
        if here.path in seen or (here is not place and here.path in apart):
            continue
        seen.add(here.path)
        try:
            if is_test_file(here.name):
                from turbo_yaml.compiler.tests import check_tests

                problems, tested = check_tests(builder, here)
                found += problems
                waiting += [] if tested is None else [tested]
                continue
            found += builder.compiled(here)[1]
        except UnreadableText:
            if here is place:
                raise
            continue  # it was reported where it is named
        for _, path, _ in used_files(builder.parsed(here)):
            if not path:
                continue
            try:
                waiting.append(builder.files.beside(here, path))
            except UnreadableText:
                continue  # it was reported where it is named
    return sorted(found, key=Diagnostic.sort_key)


def _builder(
    path: PathLike,
    root: Path | None,
    store: Store | None,
    levels: Levels | None = None,
    *,
    thorough: bool = False,
) -> tuple[Builder, Place]:
    shown = os.fspath(path)
    if shown.startswith(SCHEME):
        try:
            place = installed(shown)
        except UnreadableText as problem:
            raise UsageError(problem.message, hint=problem.help) from None
        return Builder(Files(place.path.parent), store, levels, thorough=thorough), place
    real = Path(path)
    builder = Builder(Files.around(real, root), store, levels, thorough=thorough)
    return builder, Place(real.resolve(), shown)


def _builder_for_text(
    text: str, name: str, root: Path | None, levels: Levels | None = None, *, thorough: bool = False
) -> tuple[Builder, Place]:
    folder = (root or Path.cwd()).resolve()
    files = Files(folder)
    place = Place(folder / name, name)
    files.add(place, Source(name, text))
    return Builder(files, None, levels, thorough=thorough), place

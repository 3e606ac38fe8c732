"""The way of one flow file, on one screen: text to tree to typed flow to facts to Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CodeType
from typing import TYPE_CHECKING, Any

from turbo_yaml.analysis.facts import Facts, Known
from turbo_yaml.analysis.links import Links, link_flows
from turbo_yaml.analysis.names import analyse_names
from turbo_yaml.analysis.tools import link_tools
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.consequences import without_consequences
from turbo_yaml.flow.nodes import Flow, FlowFile, Turn
from turbo_yaml.flow.parse import parse_flow
from turbo_yaml.records import Record, field
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.template import ReadInclude

if TYPE_CHECKING:
    from turbo_yaml.checks.levels import Levels
    from turbo_yaml.checks.subject import Takes
    from turbo_yaml.codegen.module import Generated
    from turbo_yaml.settings.layers import Settings


class Parsed(Record, frozen=False):
    """A file read this far: its typed flow, if there is one, and what was found on the way."""

    source: Source
    file: FlowFile | None
    diagnostics: list[Diagnostic]


class Analysed(Record, frozen=False):
    """A file about which all is known that can be known without running it."""

    parsed: Parsed
    facts: Facts = field(default_factory=Facts)
    links: Links = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    complete: bool = True
    """Whether all the files that it uses could be read."""

    @property
    def sound(self) -> bool:
        """Whether code can be generated from it."""
        good = self.parsed.file is not None and self.complete
        return good and not any(d.severity == "error" for d in self.diagnostics)


def parse(source: Source, read_include: ReadInclude | None = None) -> Parsed:
    """Text to tree, tree to typed flow. `read_include` reads the files that templates include."""
    tree, found = parse_yaml(source)
    if tree is None:
        return Parsed(source, None, found)
    file, problems = parse_flow(tree, source, read_include)
    return Parsed(source, file, without_consequences([*found, *problems]))


def analyse(parsed: Parsed, files: Mapping[str, FlowFile | None]) -> Analysed:
    """Typed flow to facts. `files`: what it uses, by alias or relative path; None for what is unreadable."""
    complete = all(file is not None for file in files.values())
    analysed = Analysed(parsed, diagnostics=list(parsed.diagnostics), complete=complete)
    file = parsed.file
    if file is None:
        return analysed
    found: list[Diagnostic] = []
    shared = {entry.name: Known() for entry in file.data}
    whole = not any(one.rule.startswith("yaml-") for one in parsed.diagnostics)
    whole = whole and not _lost_inputs(parsed)
    certain = not any(one.severity == "error" for one in parsed.diagnostics)
    for flow in (file.main, *file.flows.values()):
        found += analyse_names(flow, parsed.source, shared, analysed.facts, whole=whole, certain=certain)
    analysed.links, problems = link_flows(file, files, analysed.facts.unknown)
    problems += link_tools(file, analysed.links)
    found += problems if not _lost_key(parsed) else [one for one in problems if one.rule != "unknown-flow"]
    found = [*dict.fromkeys([*parsed.diagnostics, *found])]
    analysed.diagnostics = sorted(without_consequences(found), key=Diagnostic.sort_key)
    return analysed


def _lost_inputs(parsed: Parsed) -> bool:
    """Tell whether what stands after `inputs` is no map: it may have named anything."""
    text = parsed.source.text
    return any(
        found.rule == "wrong-field"
        or (found.rule == "missing-value" and text[slice(*found.span)] in ("inputs", "data"))
        or (found.rule == "wrong-kind" and found.message.startswith(("`inputs` is a", "`data` is a")))
        for found in parsed.diagnostics
    )


def _lost_key(parsed: Parsed) -> bool:
    """Tell whether a key of the file was lost, which may have been the one that holds other flows."""
    text = parsed.source.text
    for found in parsed.diagnostics:
        if found.rule in ("unknown-key", "missing-value", "wrong-kind"):
            line = text[text.rfind("\n", 0, found.span.start) + 1 : found.span.start]
            if not line or line in ("use: ", "flows: "):
                return True
    return False


class Around(Record):
    """What a check knows of what is around a file.

    `data`: what its data files hold, as far as they were read; `rows`: the same of the files of rows of its
    tests. `links_of`: which flows the steps of another file name. `used_elsewhere`: whether another file uses
    a local flow. `of_project`: what its `turbo.yaml` says. `takes`: how much the model of a turn takes.
    """

    data: Mapping[str, Any]
    links_of: Callable[[FlowFile], Links]
    rows: Mapping[str, Any]
    used_elsewhere: Callable[[str], bool]
    of_project: Callable[[], Settings]
    takes: Callable[[Flow, Turn], Takes | None]


def check(analysed: Analysed, around: Around, levels: Levels | None = None) -> list[Diagnostic]:
    """Facts to all that is wrong or doubtful. `levels`: how severe the findings of each rule are."""
    file = analysed.parsed.file
    if file is None:
        return analysed.diagnostics
    from turbo_yaml.checks.run import run_checks
    from turbo_yaml.checks.subject import Subject

    subject = Subject(
        file,
        analysed.facts,
        analysed.links,
        analysed.diagnostics,
        around.data,
        around.links_of,
        around.rows,
        around.used_elsewhere,
        around.of_project,
        around.takes,
    )
    return run_checks(subject, levels)


def to_python(analysed: Analysed, *, probed: bool = False) -> Generated:
    """Facts and typed flow to a Python syntax tree whose positions are the flow file's.

    `probed`: each step tells that it is reached.
    """
    # A check rarely comes here, and starts faster without what makes Python.
    from turbo_yaml.codegen.module import generate

    assert analysed.parsed.file is not None
    return generate(analysed.parsed.file, analysed.facts, analysed.links, probed=probed)


def to_code(generated: Generated) -> tuple[tuple[CodeType, ...], list[Diagnostic]]:
    """Syntax trees to code, each under the name of the file that its positions are in."""
    codes: list[CodeType] = []
    for source, module in (*generated.included, (generated.source, generated.module)):
        try:
            codes.append(compile(module, source.name, "exec", dont_inherit=True))
        except (SyntaxError, RecursionError) as error:
            return (), [_too_deep(error, source)]
    return tuple(codes), []


def _too_deep(error: SyntaxError | RecursionError, source: Source) -> Diagnostic:
    """Python refuses only what is nested beyond its own limits; everything else here is our mistake."""
    if isinstance(error, SyntaxError) and "nested" not in str(error):
        raise error
    line = getattr(error, "lineno", None) or 1
    start = source.starts[line - 1]
    text = source.line_text(line)
    return Diagnostic(
        "nested-too-deeply",
        "the steps here are nested deeper than can be compiled",
        source,
        Span(start + len(text) - len(text.lstrip()), start + len(text)),
        help="move the inner steps to a flow of their own under `flows:`, and `include` it",
    )

"""What rules look at: one file with all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from turbo_yaml.analysis.cycles import FlowGraph
from turbo_yaml.analysis.facts import Facts
from turbo_yaml.analysis.inference.flows import infer_types
from turbo_yaml.analysis.inference.typed import Typed
from turbo_yaml.analysis.links import Links
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.records import Record, field
from turbo_yaml.settings.layers import Settings
from turbo_yaml.source import Source, Span

_OF_TYPES = frozenset(
    {
        "endless-type",
        "remote-ref",
        "repeated-field",
        "unknown-keyword",
        "unknown-ref",
        "unknown-type",
        "wrong-default",
        "wrong-field",
        "wrong-inputs",
        "wrong-pattern",
        "wrong-schema",
    }
)
"""Rules that say that a type is not what its author meant."""


class Takes(Record):
    """How many tokens a model takes at once."""

    model: str
    tokens: int


class Subject(Record, frozen=False):
    """One file. `found`: what was found in it before. `data`: what its data files hold, by their names.

    `rows`: what the files of rows of its tests hold, by their paths. `links_of` tells which flows the steps
    of another file name, `of_project` what the `turbo.yaml` says, `used_elsewhere` whether another
    file of the project uses a local flow, `takes` which model a turn asks and how much that takes.
    """

    __slots__ = ("__dict__",)

    file: n.FlowFile
    facts: Facts
    links: Links
    found: list[Diagnostic] = field(default_factory=list)
    data: Mapping[str, Any] = field(default_factory=dict)
    links_of: Callable[[n.FlowFile], Links] = lambda file: {}
    rows: Mapping[str, Any] = field(default_factory=dict)
    used_elsewhere: Callable[[str], bool] = lambda name: False
    of_project: Callable[[], Settings] = Settings.built_in
    takes: Callable[[n.Flow, n.Turn], Takes | None] = lambda flow, turn: None

    @property
    def source(self) -> Source:
        return self.file.source

    @property
    def flows(self) -> tuple[n.Flow, ...]:
        """The main flow and the local ones."""
        return (self.file.main, *self.file.flows.values())

    @cached_property
    def whole(self) -> bool:
        """Whether nothing of the file was lost to mistakes in its YAML."""
        return not any(diagnostic.rule.startswith("yaml-") for diagnostic in self.found)

    @property
    def clean(self) -> bool:
        """Whether no error was found so far: what seems to be unused may else be what is misspelt."""
        return not any(one.severity == "error" or one.rule == "lost-brace" for one in self.found)

    @cached_property
    def declared(self) -> bool:
        """Whether the types that the file declares are as their author meant them."""
        return _OF_TYPES.isdisjoint(diagnostic.rule for diagnostic in self.found)

    @cached_property
    def typed(self) -> Typed:
        """What its values can be."""
        return infer_types(self.file, self.links, self.data, declared=self.declared)

    @cached_property
    def graph(self) -> FlowGraph:
        """Which flows go on in which others, in other files, too."""
        return FlowGraph(self.file, lambda file: self.links if file is self.file else self.links_of(file))

    def name_of(self, flow: n.Flow) -> Span:
        """Return where the name of a local flow is written."""
        text = self.source.text
        end = flow.span.start
        start = text.rfind(flow.name, 0, end)
        return Span(start, start + len(flow.name)) if start >= 0 else Span(end, end)

    def steps(self) -> Iterator[tuple[n.Flow, n.Step]]:
        """Yield every step of the file with the flow that it belongs to."""
        for flow in self.flows:
            for step in steps(flow.steps):
                yield flow, step

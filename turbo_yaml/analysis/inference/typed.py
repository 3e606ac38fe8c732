"""What was worked out about the values of a file: the tables that rules read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from turbo_yaml.analysis.facts import NodeId
from turbo_yaml.analysis.inference.lattice import ANY, Origin, Place, Type
from turbo_yaml.flow import nodes as n
from turbo_yaml.source import Source, Span
from turbo_yaml.template import Expression, Text

if TYPE_CHECKING:
    from jinja2 import nodes

Where = Text | Expression
Node = TypeVar("Node", bound="nodes.Node")


class Use(NamedTuple):
    """A node of an expression with the text that it stands in."""

    where: Where
    node: nodes.Node


class Absence(NamedTuple):
    """A reading of something that may have no value there. `name`: of the variable, or `a.b`."""

    name: str
    source: Source
    span: Span
    why: Place | None
    is_field: bool


class Ending(NamedTuple):
    """A place where a flow ends without `return`, and what it has come to: None where it surely gave nothing."""

    span: Span
    outcome: Type | None


class Passing(NamedTuple):
    """A value that is given to an input of a flow."""

    flow: n.Flow
    name: str
    type: Type
    source: Source
    span: Span


@dataclass(slots=True)
class FlowTypes:
    """What was worked out about one flow."""

    returns: list[tuple[n.Return, Type]] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    unreachable: list[n.Step] = field(default_factory=list)
    loops: list[n.While] = field(default_factory=list)
    """The loops whose condition is surely true when they begin."""
    outcome: Type = ANY


@dataclass(slots=True)
class Typed:
    """What was worked out about one file. Nodes are keyed by identity."""

    types: dict[NodeId, Type] = field(default_factory=dict)
    """Of each expression node: what its value can be."""
    values: dict[NodeId, Type] = field(default_factory=dict)
    """Of each value of a step: what it can be."""
    uses: dict[type, list[Use]] = field(default_factory=dict)
    """The expression nodes by their class, in reading order."""
    soft: set[NodeId] = field(default_factory=set)
    """The nodes that may have no value, because `default` or `is defined` stands around them."""
    printed: list[Use] = field(default_factory=list)
    """What texts print."""
    system: list[Use] = field(default_factory=list)
    """What the texts of `system` steps print."""
    absences: dict[NodeId, Absence] = field(default_factory=dict)
    conditions: list[Expression] = field(default_factory=list)
    flows: dict[NodeId, FlowTypes] = field(default_factory=dict)
    passed: list[Passing] = field(default_factory=list)
    local: set[str] = field(default_factory=set)

    def of(self, node: nodes.Node) -> Type:
        """Return the type of an expression node."""
        return self.types.get(id(node), ANY)

    def of_value(self, value: n.Value | Expression) -> Type:
        """Return the type of a step's value or of a whole expression."""
        return self.values.get(id(value), ANY)

    def find(self, kind: type[Node]) -> Iterator[tuple[Where, Node]]:
        """Yield the expression nodes of a class, each with the text it stands in."""
        for where, node in self.uses.get(kind, ()):
            yield where, node  # type: ignore[misc]

    def origins(self, flow: n.Flow, name: str) -> list[Origin | None]:
        """Return where the values come from that are given to an input of a flow in this file."""
        return [passing.type.origin for passing in self.passed if passing.flow is flow and passing.name == name]

"""What was worked out about the values of a file: the tables that rules read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from turbo_yaml.analysis.facts import NodeId
from turbo_yaml.analysis.inference.lattice import ANY, Origin, Place, Type
from turbo_yaml.flow import nodes as n
from turbo_yaml.records import Record, field
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


class Absence(Record):
    """A reading of something that may have no value there. `name`: of the variable, or `a.b`."""

    name: str
    source: Source
    span: Span
    why: Place | None
    is_field: bool


class Ending(Record):
    """A place where a flow ends without `return`, and what it has come to: null where it gave nothing."""

    span: Span
    outcome: Type


class Passing(Record):
    """A value that is given to an input of a flow."""

    flow: n.Flow
    name: str
    type: Type
    source: Source
    span: Span


class Lost(Record):
    """A name that is set on a fork, though the flow around has it, or that is remembered there."""

    name: str
    span: Span
    remembered: bool


class FlowTypes(Record, frozen=False):
    """What was worked out about one flow."""

    returns: dict[NodeId, tuple[n.Return, Type]] = field(default_factory=dict)
    endings: dict[NodeId, Ending] = field(default_factory=dict)
    unreachable: dict[NodeId, n.Step] = field(default_factory=dict)
    """Steps that no path leads to, the first of each body."""
    outcome: Type = ANY


class Typed(Record, frozen=False):
    """What was worked out about one file. Nodes are keyed by identity."""

    types: dict[NodeId, Type] = field(default_factory=dict)
    """Of each expression node: what its value can be."""
    values: dict[NodeId, Type] = field(default_factory=dict)
    """Of each value of a step: what it can be."""
    uses: dict[type, list[Use]] = field(default_factory=dict)
    """The expression nodes by their class, in reading order."""
    soft: set[NodeId] = field(default_factory=set)
    """The nodes that may have no value, because `default` or `is defined` stands around them."""
    printed: dict[NodeId, Use] = field(default_factory=dict)
    """What texts print."""
    system: dict[NodeId, Use] = field(default_factory=dict)
    """What the texts of `system` steps print."""
    absences: dict[NodeId, Absence] = field(default_factory=dict)
    """Readings of names and fields that may have no value."""
    conditions: dict[NodeId, Expression] = field(default_factory=dict)
    flows: dict[NodeId, FlowTypes] = field(default_factory=dict)
    loops: dict[NodeId, Use] = field(default_factory=dict)
    """The `{% for %}` of texts."""
    shadows: dict[NodeId, Use] = field(default_factory=dict)
    """Names that a text sets for itself and that the flow has, too."""
    lost: dict[NodeId, Lost] = field(default_factory=dict)
    """What is set or remembered on a fork and ends with it."""
    remembered: dict[str, list[Origin | None]] = field(default_factory=dict)
    """Where the values come from that steps remember, by the keys."""
    passed: dict[object, Passing] = field(default_factory=dict)
    """What flows are given, by what it is given in."""

    def of(self, node: nodes.Node) -> Type:
        """Return the type of an expression node."""
        return self.types.get(id(node), ANY)

    def of_value(self, value: n.Value | Expression) -> Type:
        """Return the type of a step's value or of a whole expression."""
        return self.values.get(id(value), ANY)

    def find(self, kind: type[Node]) -> Iterator[tuple[Where, Node]]:
        """Yield the expression nodes of a class, each with the text it stands in."""
        yield from self.uses.get(kind, ())  # type: ignore[misc]

    def origins(self, flow: n.Flow, name: str) -> list[Origin | None]:
        """Return where the values come from that are given to an input of a flow in this file."""
        given = (one for one in self.passed.values() if one.flow is flow and one.name == name)
        return [one.type.origin for one in given]

"""What is known of a flow's names: the tables that checks and code generation read."""

from __future__ import annotations

from turbo_yaml.records import Record, field
from turbo_yaml.types import Kind

# Nodes are frozen and outlive the facts, so a node's identity is its key.
NodeId = int


class Known(Record):
    """A name at one place: what it holds, whether it may be unset, and whether an outer function made it."""

    kind: Kind = "any"
    unset: bool = False
    outer: bool = False


class FunctionFacts(Record, frozen=False):
    """What one Python function needs to know: a flow's own, or that of a body which runs on a fork."""

    starts_unset: dict[str, None] = field(default_factory=dict)
    """Names that some path reads before it sets them; they start as missing."""
    captures: dict[str, None] = field(default_factory=dict)
    """Names read from the enclosing function, as they were when the fork began."""
    uses_memory: bool = False


class Facts(Record, frozen=False):
    """`reads`: for each text or expression, the names it reads. `functions`: by the node that owns a body."""

    reads: dict[NodeId, dict[str, Known]] = field(default_factory=dict)
    functions: dict[NodeId, FunctionFacts] = field(default_factory=dict)
    read_in: dict[NodeId, set[str]] = field(default_factory=dict)
    """For each flow, the names that it reads anywhere."""
    unknown: dict[NodeId, set[str]] = field(default_factory=dict)
    """For each flow, the names that it reads and nothing defines."""
    reads_loop: set[NodeId] = field(default_factory=set)
    """The `for` steps whose body reads `loop`."""

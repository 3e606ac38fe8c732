"""What one reading of a flow file carries: the text, the findings, and where in the flow it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.flow.vocabulary import Key, Slot
from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Entry, Node, Scalar
from turbo_yaml.syntax import Mapping as MappingNode
from turbo_yaml.syntax.scalars import read_value
from turbo_yaml.template import ReadInclude


class _Wrong(Enum):
    WRONG = "wrong"


WRONG: Final = _Wrong.WRONG
"""Stands for what could not be read and was reported."""


class Scope(NamedTuple):
    """What surrounds a step: what `break` would leave, and whether the flow may end here."""

    loop: Literal["none", "loop", "at_once", "parallel", "finally"] = "none"
    may_end: bool = True


class Reading(Record, frozen=False):
    """One walk over a flow file. `step` holds the entries of the step that is being read."""

    source: Source
    readers: Mapping[Slot, Reader]
    diagnostics: list[Diagnostic]
    scope: Scope
    ids: dict[str, Span]
    step: Mapping[str, Entry]
    read_include: ReadInclude | None = None
    steps: int = 0
    """How many steps were read."""
    forks: int = 0
    """How many branches and loops whose rounds run side by side were read."""

    def report(
        self, rule: str, message: str, at: Node | Span, help: str | None = None, *related: Related
    ) -> Literal[_Wrong.WRONG]:
        """Add a finding, unless it is about a hole; return `WRONG`, so that a reader may end with it."""
        if isinstance(at, Scalar) and at.style == "broken":
            return WRONG
        span = at if isinstance(at, Span) else at.span
        self.diagnostics.append(Diagnostic(rule, message, self.source, span, help, related=related))
        return WRONG

    def related(self, message: str, span: Span) -> Related:
        """Return a second place in this file."""
        return Related(message, self.source, span)

    def take(self, found: list[Diagnostic]) -> bool:
        """Add findings of another reader; tell whether one of them is an error."""
        if not found:
            return False
        self.diagnostics.extend(found)
        return any(one.severity == "error" for one in found)


Reader: TypeAlias = Callable[[Reading, Node, Key], Any]
"""Turns what stands under a key into the slot's value, or into `WRONG`."""


def shape(node: Node) -> str:
    """Return in words what kind of node it is."""
    if isinstance(node, Scalar):
        return "nothing" if is_empty(node) else f"`{brief(node)}`"
    return "a mapping" if isinstance(node, MappingNode) else "a list"


def brief(node: Scalar) -> str:
    """Return what a scalar says, short enough for a message."""
    text = node.text if len(node.text) <= 40 else node.text[:39] + "…"
    return text.replace("\n", "⏎")


def is_empty(node: Node) -> bool:
    """Tell whether there is nothing after the key."""
    return isinstance(node, Scalar) and not node.text and not node.style


def is_null(node: Node) -> bool:
    """Tell whether there is nothing after the key, or null."""
    return isinstance(node, Scalar) and not node.style and read_value(node)[0] is None


def is_hole(node: Node) -> bool:
    """Tell whether what stood here could not be read as YAML, and was reported."""
    return isinstance(node, Scalar) and node.style == "broken"


def is_template(text: str) -> bool:
    """Tell whether a text has anything in it that a template would act on."""
    return "{{" in text or "{%" in text or "{#" in text

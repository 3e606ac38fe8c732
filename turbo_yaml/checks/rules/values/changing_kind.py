"""A variable that is of another kind from the second round of a loop on."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import Type, is_never
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Text

RULE = Rule(
    "changing-kind", "warning", "A loop makes a value of another kind of what a variable held before."
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield where a name is set, in a loop, to a value made of it that is of another kind."""
    if subject.clean:
        for _, finding in changes(subject):
            yield finding


def changes(subject: Subject) -> Iterator[tuple[str, Diagnostic]]:
    """Yield the names that a loop changes the kind of, each with what is said of it."""
    typed = subject.typed
    for _, step in subject.steps():
        for entry in step.entries if isinstance(step, n.Assign | n.Remember) else ():
            value = entry.value
            if not isinstance(value, Text) or value.tree is None:
                continue
            after = typed.of_value(value)._replace(null=False, unset=None)
            if after.any or len(_kinds(after)) != 1:
                continue
            for node in value.tree.find_all(nodes.Name):
                before = typed.of(node)._replace(null=False, unset=None)
                if node.name != entry.name or node.ctx != "load" or before.any:
                    continue
                if _kinds(after) < _kinds(before):
                    first = _without(before, after)
                    message = (
                        f"`{entry.name}` is {described(first)} at first, "
                        f"and {described(after)} from the second round on"
                    )
                    help_ = "`+` puts lists together and adds numbers; `~` makes a text"
                    yield entry.name, RULE.at(subject.source, value.span, message, help_)
                    break


def _kinds(type_: Type) -> set[str]:
    return {
        name
        for name, there in (
            ("text", type_.text is not None),
            ("number", type_.number is not None),
            ("boolean", type_.boolean is not None),
            ("list", type_.list is not None),
            ("map", type_.map is not None),
        )
        if there
    }


def _without(type_: Type, other: Type) -> Type:
    """Return the type without the kinds that another one has."""
    less = type_._replace(
        text=None if other.text else type_.text,
        number=None if other.number else type_.number,
        boolean=None if other.boolean else type_.boolean,
        list=None if other.list else type_.list,
        map=None if other.map else type_.map,
    )
    return type_ if is_never(less) else less

"""Every rule of the check, by the folder that it is in; a rule is loaded when the check first runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Final, Protocol, cast

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.records import Record

_ERRORS: Final = {
    "settings": ("unallowed-variable",),
    "steps": ("endless-cycle", "no-output", "wrong-output"),
    "values": (
        "not-callable",
        "printed-function",
        "printed-null",
        "unknown-field",
        "wrong-filter-argument",
        "wrong-filter-value",
        "wrong-operand",
    ),
    "slots": (
        "missing-case",
        "not-a-list",
        "not-unpackable",
        "text-condition",
        "unknown-case",
        "wrong-argument",
        "wrong-slot-value",
        "wrong-test",
    ),
}
_WARNINGS: Final = {
    "slots": ("unknown-kind",),
    "names": (
        "lost-brace",  # before those that say what is never used
        "folded-template",
        "hidden-character",
        "lost-in-fork",
        "maybe-unset",
        "secret-in-text",
        "shadowed-name",
        "text-in-comment",
        "unknown-id",
        "unknown-memory",
        "unknown-profile",
        "unused-data",
        "unused-file",
        "unused-flow",
        "unused-input",
        "unused-name",
    ),
    "tools": ("untrusted-tool-address", "unused-tool"),
    "steps": (
        "endless-loop",
        "flow-cycle",
        "oversized-message",
        "replaced-system",
        "unreachable-step",
        "untrusted-system",
    ),
    "values": (
        "changing-kind",
        "maybe-missing",
        "maybe-null",
        "maybe-wrong",
        "never-equal",
        "undeclared-field",
    ),
}
_ASKED: Final = {"style": ("crowded-step", "missing-description", "needless-if")}


def _names(*groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: folder for group in groups for folder, names in group.items() for name in names}


ERRORS: Final = _names(_ERRORS)
"""The rules that find what surely fails, each with its folder."""
ALL: Final = _names(_ERRORS, _WARNINGS, _ASKED)
"""All rules that are modules, each with its folder; those that find errors go first."""
ASKED: Final = frozenset(_names(_ASKED))
"""The rules that are off unless settings name them."""


def _has_a(kind: type[n.Step], subject: Subject) -> bool:
    return any(isinstance(step, kind) for _, step in subject.steps())


_LOOKS_AT: Final[Mapping[str, Callable[[Subject], object]]] = {
    "endless-cycle": lambda subject: subject.links,
    "flow-cycle": lambda subject: subject.links,
    "folded-template": lambda subject: ">" in subject.source.text,
    "hidden-character": lambda subject: not subject.source.text.isascii(),
    "lost-in-fork": lambda subject: subject.typed.lost,
    "maybe-missing": lambda subject: subject.typed.absences,
    "maybe-unset": lambda subject: subject.typed.absences,
    "missing-case": lambda subject: _has_a(n.Match, subject),
    "text-condition": lambda subject: subject.typed.conditions,
    "text-in-comment": lambda subject: "#" in subject.source.text,
    "unknown-case": lambda subject: _has_a(n.Match, subject),
    "unreachable-step": lambda subject: any(flow.unreachable for flow in subject.typed.flows.values()),
    "untrusted-system": lambda subject: subject.typed.system,
    "untrusted-tool-address": lambda subject: subject.file.tools,
    "unused-data": lambda subject: subject.file.data,
    "unused-file": lambda subject: subject.file.uses,
    "unused-flow": lambda subject: subject.file.flows,
    "unused-tool": lambda subject: subject.file.tools,
    "wrong-test": lambda subject: subject.file.tests,
}
"""What some rules look at; where a file has none of it there is nothing to be found, and nothing to load."""
UNUSED_IGNORE: Final = Rule(
    "unused-ignore", "warning", "A comment lets be what is not there, or what cannot be let be."
)
OWN: Final = frozenset((*ALL, UNUSED_IGNORE.name))
"""The names of all rules of the check."""


class Loaded(Record):
    """A rule and what finds its findings."""

    rule: Rule
    check: Callable[[Subject], Iterable[Diagnostic]]


class _Module(Protocol):
    RULE: Rule
    check: Callable[[Subject], Iterable[Diagnostic]]


def applies(name: str, subject: Subject) -> bool:
    """Tell whether a file has any of what a rule looks at."""
    looks_at = _LOOKS_AT.get(name)
    return looks_at is None or bool(looks_at(subject))


@cache
def load_rule(name: str) -> Loaded:
    """Import a rule."""
    path = f"turbo_yaml.checks.rules.{ALL[name]}.{name.replace('-', '_')}"
    module = cast(_Module, import_module(path))
    return Loaded(module.RULE, module.check)

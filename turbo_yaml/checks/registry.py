"""Every rule of the check, by the folder that it is in; a rule is loaded when the check first runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Final, NamedTuple, Protocol, cast

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

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
UNUSED_IGNORE: Final = Rule(
    "unused-ignore", "warning", "A comment lets be what is not there, or what cannot be let be."
)
OWN: Final = frozenset((*ALL, UNUSED_IGNORE.name))
"""The names of all rules of the check."""


class Loaded(NamedTuple):
    """A rule and what finds its findings."""

    rule: Rule
    check: Callable[[Subject], Iterable[Diagnostic]]


class _Module(Protocol):
    RULE: Rule
    check: Callable[[Subject], Iterable[Diagnostic]]


@cache
def load_rule(name: str) -> Loaded:
    """Import a rule."""
    path = f"turbo_yaml.checks.rules.{ALL[name]}.{name.replace('-', '_')}"
    module = cast(_Module, import_module(path))
    return Loaded(module.RULE, module.check)

"""The setting `check` of a settings file to the rules that it names in vain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from turbo_yaml.checks.pages import read_page, rule_pages
from turbo_yaml.checks.registry import OWN
from turbo_yaml.checks.rule import Rule
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping, Scalar
from turbo_yaml.syntax.loader import parse_yaml

UNKNOWN_RULE: Final = Rule(
    "unknown-rule",
    "warning",
    "The setting `check` names a rule that there is not, or one that no setting can turn down.",
)


def vain_levels(source: Source) -> Iterator[Diagnostic]:
    """Yield a warning for each rule in `check` that is none, or that is an error whatever settings say."""
    root, _ = parse_yaml(source)
    said = root.get("check") if isinstance(root, Mapping) else None
    if not isinstance(said, Mapping):
        return
    known = {*rule_pages(), *OWN}
    for key, level in _levels(said):
        if key.text not in known:
            message = f"there is no rule `{key.text}`"
            help_ = did_you_mean(key.text, known) or "`turbo-yaml explain` lists all rules"
            yield UNKNOWN_RULE.at(source, key.span, message, help_)
        elif key.text not in OWN and level.text != "error" and read_page(key.text).severity == "error":
            message = f"`{key.text}` is always an error: a flow that has it does not run"
            yield UNKNOWN_RULE.at(source, key.span, message)


def _levels(said: Mapping) -> Iterator[tuple[Scalar, Scalar]]:
    """Yield each rule with its level, those below a glob, too."""
    for entry in said.entries.values():
        if isinstance(entry.value, Mapping):
            yield from _levels(entry.value)
        elif isinstance(entry.value, Scalar) and entry.key.style != "broken":
            yield entry.key, entry.value

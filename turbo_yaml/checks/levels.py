"""The setting `check` to how severe the findings of a rule are in a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, cast

from turbo_yaml.checks.rule import Level
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.records import replace
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import apply, inside

_PIECES: Final = r"\*\*/|\*\*|\*|\?|[^*?]+"
_MEANING: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class Levels:
    """What the setting `check` says: a level for each rule, everywhere or in the files that fit a glob.

    Globs are held against the path below `folder`, an absolute path; one without a `/` against the file's
    name. Of two that fit, the later one holds.
    """

    def __init__(self, said: Mapping[str, Any] | None = None, folder: str = "") -> None:
        self.said = said = said or {}
        self.folder = folder.replace(os.sep, "/").rstrip("/")
        self._rules: dict[str, Level] = {
            name: cast(Level, level) for name, level in said.items() if isinstance(level, str)
        }
        self._globs = [(glob, rules) for glob, rules in said.items() if isinstance(rules, Mapping)]

    def of(self, rule: str, file: str, usual: Level) -> Level:
        """Return the level of a rule in a file."""
        level = self._rules.get(rule, usual)
        for glob, rules in self._globs:
            if rule in rules and self._fits(glob, file):
                level = rules[rule]
        return level

    def _fits(self, glob: str, file: str) -> bool:
        path = os.path.abspath(file) if self.folder else os.path.normpath(file)  # noqa: PTH100
        path = path.replace(os.sep, "/").removeprefix(f"{self.folder}/")
        if "/" not in glob:
            path = path.rpartition("/")[2]
        return _pattern(glob).fullmatch(path) is not None


def levels_of(layers: Iterable[Layer]) -> Levels | None:
    """Return what the setting `check` of some layers, weak to strong, amounts to; None where none has it."""
    said: Any = {}
    folder = ""
    for layer in layers:
        patch = inside(layer.patch, "check")
        if patch is not None:
            said = apply(patch, said)
            folder = os.path.dirname(os.path.abspath(layer.name))  # noqa: PTH100, PTH120
    return Levels(said, folder) if isinstance(said, Mapping) and said else None


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    glob = glob.removeprefix("./")
    pieces: list[str] = re.findall(_PIECES, glob)
    return re.compile("".join(_MEANING.get(piece) or re.escape(piece) for piece in pieces))


def with_levels(found: Iterable[Diagnostic], levels: Levels, own: frozenset[str]) -> list[Diagnostic]:
    """Return findings as severe as `levels` say, without those that are off.

    `own`: the rules of the check. Errors of other rules stay what they are: a flow that has one cannot run.
    """
    leveled = []
    for diagnostic in found:
        if diagnostic.severity == "error" and diagnostic.rule not in own:
            leveled.append(diagnostic)
            continue
        level = levels.of(diagnostic.rule, diagnostic.source.name, diagnostic.severity)
        if level == diagnostic.severity:
            leveled.append(diagnostic)
        elif level != "off":
            leveled.append(replace(diagnostic, severity=level))
    return leveled

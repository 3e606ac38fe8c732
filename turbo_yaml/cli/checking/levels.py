"""The `turbo.yaml` of each file that is checked to how severe its findings are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from turbo_yaml.checks.levels import Levels, levels_of
from turbo_yaml.checks.rule import Level
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.settings.sources import file_layers
from turbo_yaml.source.files import UnreadableText, read_source


class OwnLevels(Levels):
    """Asks for every file the settings that hold in its folder. `found`: what is wrong in those settings."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Diagnostic] = []
        self._known: dict[str, Levels] = {}

    def of(self, rule: str, file: str, usual: Level) -> Level:
        """Return the level of a rule in a file."""
        return self.around(file).of(rule, file, usual)

    def around(self, file: str) -> Levels:
        """Return what the settings say that hold for a file."""
        folder = os.path.dirname(file)  # noqa: PTH120
        known = self._known.get(folder)
        if known is None:
            layers, found = file_layers(Path(folder), os.environ)
            known = self._known[folder] = levels_of(layers) or Levels()
            self.found += found
            if known.said:
                self.found += [one for layer in layers for one in _vain(layer.name)]
        return known


def _vain(name: str) -> Iterator[Diagnostic]:
    from turbo_yaml.checks.vain_levels import vain_levels

    try:
        yield from vain_levels(read_source(name))
    except UnreadableText:
        return  # it was read a moment ago

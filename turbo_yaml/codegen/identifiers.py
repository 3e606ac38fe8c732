"""Names of a flow file to Python names: each its own, none that the generated module needs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from turbo_yaml.codegen.names import safe_identifier
from turbo_yaml.flow.nodes import FlowFile

_SEPARATORS = re.compile(r"[-./ ]")


class Identifiers:
    """The Python names of one generated module, given out once each and always the same."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken: set[str] = set(reserved)
        self._given: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, int] = {}

    def variable(self, name: str) -> str:
        """Return the Python name of a flow's variable."""
        return self._give("variable", name)

    def flow(self, name: str) -> str:
        """Return the Python name of a flow's function."""
        return self._give("flow", name)

    def file(self, alias: str) -> str:
        """Return the Python name that holds the flows of another file."""
        return self._give("file", alias)

    def temporary(self, name: str) -> str:
        """Return a name that no variable has, for the generated code's own use."""
        return self._give("temporary", name)

    def fresh(self, stem: str) -> str:
        """Return a name that nothing else has, for one place of the generated code."""
        number = self._numbers[stem] = self._numbers.get(stem, 0) + 1
        return self._free(stem if number == 1 else f"{stem}_{number}")

    def _give(self, space: str, name: str) -> str:
        given = self._given.get((space, name))
        if given is None:
            given = self._given[space, name] = self._free(name)
        return given

    def _free(self, name: str) -> str:
        free = safe_identifier(_SEPARATORS.sub("_", name))
        while free in self._taken:
            free += "_"
        self._taken.add(free)
        return free


def flow_names(reserved: Iterable[str], file: FlowFile) -> Identifiers:
    """Return the names of a file's module: those of its flows are given out first, in the file's order."""
    names = Identifiers(reserved)
    for flow in (file.main, *file.flows.values()):
        names.flow(flow.name)
    return names

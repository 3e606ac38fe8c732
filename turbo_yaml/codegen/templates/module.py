"""What lowered templates need of the generated module: names from the run time, and helper functions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from turbo_yaml.source import Source

SUPPORT_MODULES: dict[str, str] = {
    **dict.fromkeys(
        ("attr", "get", "item", "known", "missing", "text", "truth", "undefined"), "turbo_yaml.runtime.values"
    ),
    **dict.fromkeys(
        (
            "add", "bounded", "concat", "cut", "divide", "eq", "floordiv", "ge", "gt", "is_in", "le", "lt",
            "mod", "mul", "ne", "neg", "pos", "power", "sub",
        ),
        "turbo_yaml.runtime.operators",
    ),
    **dict.fromkeys(("invoke", "mapping", "method", "namespace", "now", "number_range", "put"), "turbo_yaml.runtime.calls"),
    **dict.fromkeys(("Output", "unpack"), "turbo_yaml.runtime.writing"),
    "filters": "turbo_yaml.runtime.filters",
    "tests": "turbo_yaml.runtime.tests",
}  # fmt: skip
"""Each name that lowered templates may read, and the module that has it; the last two are modules."""

SUPPORT = frozenset(SUPPORT_MODULES)


@dataclass(slots=True)
class TemplateModule:
    """Collects what the templates of one generated module need. `temporary` gives a name no variable has."""

    temporary: Callable[[str], str]
    used: dict[str, None] = field(default_factory=dict)
    """The names of `SUPPORT` that were used, in order."""
    functions: list[tuple[Source, ast.FunctionDef]] = field(default_factory=list)
    """Helper functions, each with the file that it must be compiled under."""
    _numbers: dict[str, int] = field(default_factory=dict)

    def fresh(self, stem: str) -> str:
        """Return a name for a new helper function."""
        count = self._numbers[stem] = self._numbers.get(stem, 0) + 1
        return self.temporary(stem if count == 1 else f"{stem}_{count}")

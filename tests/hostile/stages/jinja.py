"""A template through Jinja's own immutable sandbox with strict undefined: the oracle."""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.hostile.guard import Guard
from tests.hostile.stages.flows import INPUTS

STOCK = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def warm() -> None:
    """Load what rendering loads."""
    STOCK.from_string("{{ name|upper }}{% for x in xs %}{{ x }}{% endfor %}").render(INPUTS)


def rendered(given: dict[str, Any], guard: Guard) -> tuple[str, str]:
    """Render; an error of any kind counts as refused."""
    try:
        return "passed", STOCK.from_string(given["template"]).render(INPUTS)[:1000]
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as problem:
        return "failed", f"{type(problem).__name__}: {problem}"[:300]

"""Python itself, to prove that the box sees what leaves it."""

from __future__ import annotations

from tests.hostile.guard import Guard


def warm() -> None:
    """Load nothing."""


def run(expression: str, guard: Guard) -> tuple[str, str]:
    """Evaluate an expression."""
    code = compile(expression, "<case>", "eval")
    guard.armed = True
    found = (lambda: None).__class__(code, {"__builtins__": __builtins__})()
    return "passed", str(found)[:1000]

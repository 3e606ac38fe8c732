"""Flows that are text to what the check finds, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

from turbo_yaml.checks.levels import Levels
from turbo_yaml.compiler.edge import check_text
from turbo_yaml.diagnostics import Diagnostic


def flow(steps: str, head: str = "") -> str:
    """Return a flow file of some steps, with what stands before them."""
    return "turbo: 1\n" + dedent(head) + "steps:\n" + indent(dedent(steps).strip("\n"), "  ") + "\n"


def found(text: str, root: Path | None = None, levels: Levels | None = None) -> list[Diagnostic]:
    """Return the findings of a whole file."""
    return check_text(text, name="flow.yaml", root=root, levels=levels)


def told(steps: str, head: str = "", root: Path | None = None) -> list[str]:
    """Return the rule and the underlined text of each finding in some steps."""
    return [f"{one.rule} {pointed(one)}" for one in found(flow(steps, head), root)]


def pointed(one: Diagnostic) -> str:
    """Return the text that a finding underlines."""
    return one.source.text[one.span.start : one.span.end]

"""Each kind of mistake in the shape of a flow: what is said of it, and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flow.reading_flows import read
from turbo_yaml.diagnostics import Diagnostic

GOLDEN = Path(__file__).parent.parent / "golden" / "flow"
CASES = sorted(GOLDEN.glob("*.yaml"))


def told(finding: Diagnostic) -> str:
    """Return a finding with all that it says: the text it points at, the help, and other places."""
    pointed = finding.source.text[finding.span.start : finding.span.end]
    lines = [
        f"{finding.where()}: {finding.message} [{finding.rule}]",
        f"  | {pointed.splitlines()[0] if pointed else ''}",
    ]
    for other in finding.related:
        line, column = other.source.position(other.span.start)
        lines.append(f"  = {line}:{column}: {other.message}")
    if finding.help:
        lines.append(f"  = help: {finding.help}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_told_as_it_was(path: Path, golden: Callable[[Path, str], None]) -> None:
    _, found = read(path.read_text(encoding="utf-8"), path.name)
    assert found, "the flow has no mistake"
    golden(path.with_suffix(".out"), "".join(told(finding) for finding in found))

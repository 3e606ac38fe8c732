"""Each kind of mistake that the check finds: what is said of it, and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from turbo_yaml.compiler.edge import check_text
from turbo_yaml.diagnostics import Diagnostic

GOLDEN = Path(__file__).parent.parent / "golden" / "checks"
CASES = sorted(GOLDEN.glob("*.yaml"))


def told(finding: Diagnostic) -> str:
    """Return a finding with all that it says: the text it points at, other places, the help."""
    pointed = finding.source.text[finding.span.start : finding.span.end]
    lines = [
        f"{finding.where()}: {finding.severity}: {finding.message} [{finding.rule}]",
        f"  | {pointed.splitlines()[0] if pointed else ''}",
    ]
    for other in finding.related:
        line, column = other.source.position(other.span.start)
        lines.append(f"  = {line}:{column}: {other.message}")
    if finding.help:
        lines.append(f"  = help: {finding.help}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_finding_is_told_as_it_was(path: Path, golden: Callable[[Path, str], None]) -> None:
    found = check_text(path.read_text(encoding="utf-8"), name=path.name, root=GOLDEN)
    golden(path.with_suffix(".out"), "".join(told(finding) for finding in found))

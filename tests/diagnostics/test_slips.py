"""What one slip brings about is told once, and very many findings are told as they are."""

from __future__ import annotations

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.slips import one_for_each_slip
from turbo_yaml.source import Source, Span


def test_very_many_findings_are_not_held_against_one_another() -> None:
    source = Source("flow.yaml", "a " * 50_000)
    found = [
        Diagnostic("unknown-name", "`a` is not defined here", source, Span(at, at + 1))
        for at in range(0, 100_000, 2)
    ]
    assert one_for_each_slip(found) is found

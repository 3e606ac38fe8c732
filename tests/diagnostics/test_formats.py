"""What other programs read: one line each, and data."""

from __future__ import annotations

import json

from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.diagnostics.formats import render_concise, to_data
from turbo_yaml.source import Source, Span

SOURCE = Source("a.yaml", "turbo: 1\nsteps: [x]\n")
LATER = Diagnostic("unknown-step", "`x` is not a step", SOURCE, Span(17, 18), help="one of `user`")
EARLIER = Diagnostic(
    "old-version",
    "two\nlines",
    SOURCE,
    Span(7, 8),
    severity="warning",
    related=(Related("r", SOURCE, Span(9, 14)),),
)


def test_concise_is_one_line_each_sorted_by_place() -> None:
    assert render_concise([LATER, EARLIER]) == (
        "a.yaml:1:8: two\\nlines [old-version]\na.yaml:2:9: `x` is not a step [unknown-step]\n"
    )


def test_data_tells_the_rule_the_place_and_the_next_move() -> None:
    first, second = json.loads(json.dumps(to_data([LATER, EARLIER])))
    assert second == {
        "rule": "unknown-step",
        "severity": "error",
        "message": "`x` is not a step",
        "help": "one of `user`",
        "file": "a.yaml",
        "line": 2,
        "column": 9,
        "end_line": 2,
        "end_column": 10,
        "related": [],
        "fix": [],
    }
    assert first["related"] == [
        {"message": "r", "file": "a.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 6}
    ]

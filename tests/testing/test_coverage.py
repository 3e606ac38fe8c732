"""What tests reached in a flow: each step and each way of a branch, by line."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.testing.trying import run
from turbo_yaml.testing.coverage.collect import cover
from turbo_yaml.testing.coverage.counts import Covered
from turbo_yaml.testing.coverage.output import to_json, to_lcov, to_table

FLOW = """\
turbo: 1
inputs: {n: integer, kind?: {enum: [a, b], default: a}}
flows:
  never:
    steps: [stop]
steps:
  - set: {x: 1}
    when: n > 0
  - if: n > 3
    then: [{log: large}, {log: larger}]
    elif:
      - if: n > 2
        then: [{log: middle}]
  - match: kind
    cases:
      a: [{log: a}]
      b:
        - log: b
          when: n > 1
  - for: i
    in: range(n)
    do: [{log: round}]
  - while: n > 4
    limit: 1
    do: [break]
    otherwise: []
  - try: [{raise: x}]
    catch: [{log: caught}]
  - return: "{{ n }}"
"""


def covered(folder: Path, *given: str) -> Covered:
    """Return what a run of the flow with each of these inputs reaches."""
    tests = "".join(f"  - {{name: t, with: {one}}}\n" for one in given)
    summary = run(folder, f"{FLOW}tests:\n{tests}", watched=True)
    assert summary.passed
    (found,) = cover([folder / "flow.yaml"], summary)
    return found


def ways(found: Covered) -> dict[str, int]:
    """Return how often each way was gone, by the step's head and the way's name."""
    return {f"{way.point.head} {way.way.name}": way.count for way in found.ways}


def test_every_way_of_every_branch_is_counted(tmp_path: Path) -> None:
    found = covered(tmp_path, "{n: 0}", "{n: 3}", "{n: 9, kind: b}", "{n: 1, kind: b}")
    assert ways(found) == {
        "set when": 3, "set not when": 1, "if then": 1, "if elif 1": 1, "if else": 2, "match case a": 2,
        "match case b": 2, "log when": 1, "log not when": 1, "for a round": 13, "while a round": 1,
        "try catch": 4,
    }  # fmt: skip
    assert [point.flow for point, count in found.steps if not count] == ["never"]


def test_each_step_on_a_line_is_counted_by_itself(tmp_path: Path) -> None:
    found = covered(tmp_path, "{n: 3}")
    on_line_10 = [count for point, count in found.steps if point.line == 10]
    assert on_line_10 == [0, 0]
    assert found.lines[13] == 1 and found.lines[10] == 0


def test_the_table_names_lines_and_ways_that_were_not_reached(tmp_path: Path) -> None:
    table = to_table([covered(tmp_path, "{n: 3}")])
    head, row, last = table.strip("\n").splitlines()
    assert head.split() == ["coverage", "steps", "branches", "not", "reached"]
    assert re.sub(r".*flow.yaml *", "", row) == "12/17      5/12  5, 10, 18, 25, 7 (not when), 9 (else)"
    assert last.split()[:4] == ["in", "all", "12/17", "5/12"]


def test_lcov_has_lines_branches_and_flows(tmp_path: Path) -> None:
    lines = to_lcov([covered(tmp_path, "{n: 3}")]).splitlines()
    assert lines[0] == "TN:" and lines[-1] == "end_of_record"
    assert {"FN:7,flow", "FNDA:1,flow", "FN:5,never", "FNDA:0,never", "FNF:2", "FNH:1"} <= set(lines)
    assert {"DA:7,1", "DA:10,0", "DA:22,3"} <= set(lines)
    taken = [line.split(",")[-1] for line in lines if line.startswith("BRDA:9,")]
    assert taken == ["0", "1", "0"]
    # What begins at a step that was not reached was neither gone nor passed.
    assert [line.split(",")[-1] for line in lines if line.startswith("BRDA:18,")] == ["-", "-"]
    assert f"BRF:{sum(line.startswith('BRDA') for line in lines)}" in lines


def test_json_holds_all_counts(tmp_path: Path) -> None:
    (file,) = json.loads(to_json([covered(tmp_path, "{n: 3}")]))["files"]
    assert file["steps"] == {"reached": 12, "all": 17}
    assert file["lines"]["22"] == 3
    assert {"line": 9, "step": "if", "way": "elif 1", "count": 1} in file["ways"]


def test_what_is_compiled_without_coverage_tells_nothing(tmp_path: Path) -> None:
    from turbo_yaml.compiler.edge import compile_python

    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    python, _ = compile_python(tmp_path / "flow.yaml")
    assert python is not None and "reached" not in python


def test_a_run_with_probes_goes_as_one_without(tmp_path: Path) -> None:
    for given in ("{n: 0}", "{n: 3}", "{n: 9, kind: b}"):
        text = f"{FLOW}tests:\n  - {{name: t, with: {given}}}\n"
        plain, watched = (run(tmp_path, text, watched=on).outcomes[0].story for on in (False, True))
        assert plain is not None and watched is not None
        assert (plain.marks, plain.result, plain.logs) == (None, watched.result, watched.logs)

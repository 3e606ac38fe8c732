"""`turbo-yaml test`, as it is typed and as it prints."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

Turbo = Callable[..., tuple[int, str, str]]

GOOD = """\
turbo: 1
steps:
  - user: hi
  - generate
tests:
  - {name: says hi, model: [Hello], expect: [{result: Hello}]}
  - {name: "a, b: 100%", model: [Hello], expect: [{contains: ell}]}
"""
BAD = """\
turbo: 1
steps:
  - user: hi
  - generate
tests:
  - {name: all wrong, model: ["one\\ntwo\\nthree\\x1b[31m"], expect: [{result: "one\\n2\\nthree"}]}
  - {name: a <live> one, live: true}
"""


@pytest.fixture
def flows(folder: Path) -> Path:
    (folder / "good.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "sub").mkdir()
    (folder / "sub" / "bad.yaml").write_text(BAD, encoding="utf-8")
    return folder


def test_the_exit_code_tells_whether_all_passed(turbo: Turbo, flows: Path) -> None:
    assert turbo("test", "good.yaml")[0] == 0
    assert turbo("test", ".")[0] == 1
    assert turbo("test", "sub", "-k", "live")[0] == 0


def test_no_tests_at_all_is_a_mistake(turbo: Turbo, flows: Path) -> None:
    for words in (("hello.yaml",), (".", "-k", "nothing"), ("nowhere",)):
        code, out, err = turbo("test", *words)
        assert (code, out) == (2, "")
        assert err.startswith("error: there ")
        assert ("`--list` shows their names" in err) == ("-k" in words)
    assert "a flow has them under" in turbo("test", "hello.yaml", "-k", "nothing")[2]


def test_what_passed_takes_a_line_and_what_failed_is_shown_with_its_place(turbo: Turbo, flows: Path) -> None:
    _, out, err = turbo("test", ".")
    assert err == ""
    assert "✓ good.yaml (2 tests" in out and "says hi" not in out
    assert "  ✗ all wrong" in out and "  ○ a <live> one (asks the real model: run with `--live`)" in out
    assert "error[result]: it is something else\n --> sub/bad.yaml:6:" in out
    assert "      one\n    - 2\n    - three\n    + two\n    + three\\x1b[31m\n" in out
    assert out.splitlines()[-1].startswith("2 passed, 1 failed, 1 skipped in ")
    assert "  ✓ says hi" in turbo("test", ".", "-v")[1]


def test_a_list_names_tests_with_their_lines(turbo: Turbo, flows: Path) -> None:
    assert turbo("test", ".", "--list") == (
        0,
        "good.yaml:6: says hi\ngood.yaml:7: a, b: 100%\nsub/bad.yaml:6: all wrong\n"
        "sub/bad.yaml:7: a <live> one\n",
        "",
    )


def test_json_holds_everything(turbo: Turbo, flows: Path) -> None:
    data = json.loads(turbo("test", ".", "--format", "json")[1])
    assert (data["passed"], data["failed"], data["skipped"]) == (2, 1, 1)
    wrong = next(test for test in data["tests"] if test["state"] == "failed")
    assert (wrong["file"], wrong["line"], wrong["result"]) == ("sub/bad.yaml", 6, "one\ntwo\nthree\x1b[31m")
    (assertion,) = wrong["assertions"]
    assert (assertion["assertion"], assertion["line"], assertion["wanted"]) == ("result", 6, "one\n2\nthree")


def test_junit_is_xml_with_a_suite_for_each_file(turbo: Turbo, flows: Path) -> None:
    root = ElementTree.fromstring(turbo("test", ".", "--format", "junit")[1])
    assert [suite.get("name") for suite in root] == ["good.yaml", "sub/bad.yaml"]
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("4", "1", "1")
    assert [case.get("name") for case in root[1]] == ["all wrong", "a <live> one"]
    failure = root[1][0].find("failure")
    assert failure is not None and failure.text is not None and "sub/bad.yaml:6:" in failure.text


def test_tap_counts_and_skips(turbo: Turbo, flows: Path) -> None:
    lines = turbo("test", ".", "--format", "tap")[1].splitlines()
    assert lines[:4] == [
        "TAP version 14", "1..4", "ok 1 - good.yaml: says hi", "ok 2 - good.yaml: a, b: 100%",
    ]  # fmt: skip
    assert lines[4] == "not ok 3 - sub/bad.yaml: all wrong"
    assert lines[-1].startswith("ok 4 - sub/bad.yaml: a <live> one # SKIP asks")


def test_github_gets_an_annotation_at_the_assertion(turbo: Turbo, flows: Path) -> None:
    first, last = turbo("test", ".", "--format", "github")[1].splitlines()
    assert first.startswith("::error file=sub/bad.yaml,line=6,col=")
    assert first.endswith(",title=all wrong%3A result::it is something else")
    assert last.startswith("2 passed, 1 failed")


def test_a_mistake_in_a_flow_or_a_test_is_shown_before_anything_runs(turbo: Turbo, flows: Path) -> None:
    (flows / "wrong.yaml").write_text(GOOD.replace("contains", "contain"), encoding="utf-8")
    code, out, err = turbo("test", ".")
    assert (code, out) == (2, "")
    assert "error[unknown-assertion]" in err and "did you mean `contains`?" in err


def test_offline_settings_are_not_those_of_whoever_runs_the_tests(
    turbo: Turbo, flows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBO_YAML__LIMITS__OUTPUT", "1")
    assert turbo("test", "good.yaml")[0] == 0
    assert turbo("test", "good.yaml", "--set", "limits.output=1")[0] == 1
    (flows / "turbo.yaml").write_text("limits: {output: 1}\n", encoding="utf-8")
    assert turbo("test", "good.yaml")[0] == 1


def test_snapshots_are_written_on_demand(turbo: Turbo, flows: Path) -> None:
    (flows / "good.yaml").write_text(GOOD.replace("{result: Hello}", "snapshot"), encoding="utf-8")
    assert turbo("test", "good.yaml")[0] == 1
    code, _, err = turbo("test", "good.yaml", "--update")
    assert (code, err) == (0, "1 snapshot written\n")
    assert [path.name for path in (flows / "snapshots").iterdir()] == ["good.says-hi.txt"]
    assert turbo("test", "good.yaml")[0] == 0
    assert turbo("test", "good.yaml", "--update")[2] == "0 snapshots written\n"


def test_check_looks_at_tests_too(turbo: Turbo, flows: Path) -> None:
    (flows / "more.test.yaml").write_text(
        "turbo: 1\nflow: ./hello.yaml\ntests:\n  - {name: a, with: {nmae: Ada}}\n"
        "  - {name: b, with: {name: Ada}, expect: [{of: mesages, contains: x}]}\n"
        "  - {name: c, with: {name: Ada}, cases: rows.csv}\n",
        encoding="utf-8",
    )
    code, out, _ = turbo("check", "more.test.yaml", "--format", "concise")
    assert code == 1
    assert re.findall(r": ([^:]*) \[([a-z-]+)\]$", out, re.MULTILINE) == [
        ("the flow takes no input `nmae`", "wrong-test"),
        ("a test has no `mesages` here", "wrong-test"),
        ("there is no file `rows.csv`", "unreadable-file"),
    ]


@pytest.mark.parametrize("form", ["text", "json"])
def test_coverage_is_a_table_and_files(form: str, turbo: Turbo, folder: Path) -> None:
    (folder / "flow.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "unused.yaml").write_text("turbo: 1\nsteps: [stop]\n", encoding="utf-8")
    code, out, err = turbo(
        "test", "flow.yaml", "unused.yaml", "--coverage", "--format", form, "--coverage-file", "c.json",
        "--coverage-file", "c.info",
    )  # fmt: skip
    assert code == 0
    assert "unused.yaml" in (out if form == "text" else err) and "0/1" in (out if form == "text" else err)
    assert [file["file"] for file in json.loads((folder / "c.json").read_text())["files"]] == [
        "flow.yaml",
        "unused.yaml",
    ]
    assert (folder / "c.info").read_text().startswith("TN:\nSF:flow.yaml\n")


def test_tests_that_are_called_alike_have_snapshots_of_their_own(turbo: Turbo, folder: Path) -> None:
    text = """\
turbo: 1
inputs: {x: string}
steps: [{user: "{{ x }}"}, generate]
tests:
  - {name: a/b, with: {x: one}, model: [y], expect: [snapshot]}
  - {name: A b, with: {x: two}, model: [y], expect: [snapshot]}
  - {name: "r", cases: [{x: p}, {x: q}], model: [y], expect: [snapshot]}
  - {name: "s {{ case.n }}", cases: [{n: 1, x: p}, {n: 1, x: q}], model: [y], expect: [snapshot]}
"""
    (folder / "flow.yaml").write_text(text, encoding="utf-8")
    (folder / "flow.test.yaml").write_text(
        "turbo: 1\nflow: ./flow.yaml\n"
        "tests: [{name: a b, with: {x: other}, model: [y], expect: [snapshot]}]\n",
        encoding="utf-8",
    )
    files = ("flow.yaml", "flow.test.yaml")
    assert turbo("test", *files, "--update")[0] == 0
    assert sorted(path.name for path in (folder / "snapshots").iterdir()) == [
        "flow.a-b-2.txt",
        "flow.a-b.txt",
        "flow.r-1.txt",
        "flow.r-2.txt",
        "flow.s-1-2.txt",
        "flow.s-1.txt",
        "flow.test.a-b.txt",
    ]
    assert turbo("test", *files)[0] == 0
    assert turbo("test", "flow.yaml", "-k", "A b")[0] == 0


def test_check_knows_the_tools_of_the_flow(turbo: Turbo, flows: Path) -> None:
    (flows / "tools.yaml").write_text(
        "turbo: 1\ntools: {find: {description: d, with: {id: integer}}}\n"
        "steps: [user: hi, generate: {tools: [find]}]\ntests: [{name: a, tools: {fnd: 1}, model: [x]}]\n",
        encoding="utf-8",
    )
    out = turbo("check", "tools.yaml")[1]
    assert "the flow declares no tool `fnd`" in out and "did you mean `find`?" in out


def test_check_knows_the_tools_of_a_server_by_its_name_and_theirs(turbo: Turbo, flows: Path) -> None:
    flow = (
        "turbo: 1\ntools: {weather: {mcp: {command: [no-such-server]}}}\n"
        "steps: [user: hi, generate: {tools: [weather]}]\ntests: [{name: a, tools: {NAME: 1}, model: [x]}]\n"
    )
    (flows / "tools.yaml").write_text(flow.replace("NAME", "weather.forecast"), encoding="utf-8")
    assert turbo("check", "tools.yaml")[0] == 0
    (flows / "tools.yaml").write_text(flow.replace("NAME", "forecast"), encoding="utf-8")
    assert "as in `weather.forecast`" in turbo("check", "tools.yaml")[1]


def test_tests_load_no_client_of_models(turbo: Turbo, flows: Path) -> None:
    code = (
        "import sys\nfrom turbo_yaml.cli.verbs import invoke\ncode = invoke(['test', 'good.yaml'])\n"
        "heavy = {'openai', 'jsonschema', 'httpx', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(code or bool(heavy))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=flows, check=False).returncode == 0

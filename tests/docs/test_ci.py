"""What the docs give CI and editors works: workflows, the hook, and the problem matchers."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import chdir
from pathlib import Path
from typing import Any

import check_jsonschema
import jsonschema
import pytest
import yaml

from tests.docs.pages import ROOT, Block, Desk, blocks
from turbo_yaml.cli.verbs import invoke
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.formats import render_concise
from turbo_yaml.source import Source, Span

KNOWN = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
CHECKING = {block.file: block for block in blocks(ROOT / "docs" / "checking.md") if block.foreign}
WORKFLOWS = [file for file in CHECKING if file is not None and "workflows" in file]


def data(block: Block) -> Any:
    """Return the data of a file of another tool; `on` is a word there, as in YAML 1.2."""
    found = yaml.load(block.text, yaml.CSafeLoader)
    return {"on" if key is True else key: value for key, value in found.items()}


def valid(name: str, document: Any) -> None:
    """Hold a document to a schema that `check-jsonschema` brings along."""
    schema = json.loads((KNOWN / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(document)


def commands(document: Any) -> list[str]:
    """Return the lines of a file of another tool that call the command."""
    if isinstance(document, str):
        return [line for line in document.splitlines() if line.startswith("turbo-yaml ")]
    inner = (
        document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    )
    return [line for each in inner for line in commands(each)]


@pytest.mark.parametrize("file", WORKFLOWS)
def test_the_workflows_are_what_github_takes(file: str) -> None:
    valid("github-workflows", data(CHECKING[file]))


def test_the_pipeline_is_what_gitlab_takes() -> None:
    valid("gitlab-ci", data(CHECKING[".gitlab-ci.yml"]))


@pytest.mark.parametrize("file", [*WORKFLOWS, ".gitlab-ci.yml", ".pre-commit-config.yaml"])
def test_the_commands_of_ci_pass_on_good_flows_and_fail_on_bad_ones(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = commands(data(CHECKING[file]))
    assert lines
    desk = Desk(tmp_path)
    with chdir(desk.folder):
        for expected in (0, 1):
            codes = [invoke(shlex.split(line.partition(" > ")[0])[1:]) for line in lines]
            assert codes == [expected] * len(lines), capsys.readouterr().out
            (desk.folder / "flows" / "bad.yaml").write_text("turbo: 1\nsteps: [generat]\n")


HOOKS = yaml.load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_works_on_the_folder_that_it_is_told(
    hook: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert (hook["language"], hook["pass_filenames"], hook["types"]) == ("python", False, ["yaml"])
    with chdir(Desk(tmp_path).folder):
        for arguments in (hook["args"], ["flows"]):
            assert invoke([*shlex.split(hook["entry"])[1:], *arguments]) == 0, capsys.readouterr().out


# Problem matchers --------------------------------------------------------------------------------------


def matchers() -> list[dict[str, Any]]:
    """Return the pattern for GitHub, and that for VS Code."""
    github = json.loads((ROOT / "docs" / "problem-matcher.json").read_text(encoding="utf-8"))
    (tasks,) = [block for block in blocks(ROOT / "docs" / "editors.md") if block.file == ".vscode/tasks.json"]
    task = json.loads(tasks.text)["tasks"][0]
    return [github["problemMatcher"][0]["pattern"][0], task["problemMatcher"]["pattern"]]


@pytest.mark.parametrize("pattern", matchers(), ids=["github", "vscode"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("flows/a.yaml", "there is no step `x`"),
        ("a:1:2: b.yaml", "a [thing]: 3:4: more [stuff] here"),
        ("C:\\flows\\a.yaml", "x"),
        ("<stdin>", "two\nlines"),
    ],
)
def test_a_problem_matcher_reads_what_concise_prints(
    pattern: dict[str, Any], name: str, message: str
) -> None:
    source = Source(name, "turbo: 1\nsteps: [x]\n")
    (line,) = render_concise([Diagnostic("unknown-step", message, source, Span(17, 18))]).splitlines()
    found = re.fullmatch(pattern["regexp"], line)
    assert found is not None
    read = {key: found[pattern[key]] for key in ("line", "column", "code")}
    if ":1:2:" not in name:
        assert read == {"line": "2", "column": "9", "code": "unknown-step"}
        assert found[pattern["file"]] == name
        assert found[pattern["message"]] == message.replace("\n", "\\n")


def test_a_problem_matcher_reads_every_line_of_a_real_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    golden = ROOT / "tests" / "golden" / "flow"
    with chdir(golden):
        assert invoke(["check", "*.yaml", "--format", "concise"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 100
    for pattern in matchers():
        assert [line for line in lines if not re.fullmatch(pattern["regexp"], line)] == []
    read = [re.fullmatch(matchers()[0]["regexp"], line) for line in lines]
    assert {found[1] for found in read if found} <= {path.name for path in golden.iterdir()}

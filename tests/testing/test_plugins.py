"""The plug-ins of pytest and of coverage.py, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

FLOW = """\
turbo: 1
inputs: {n: integer}
steps:
  - user: |
      The number
      is {{ n }}.
  - if: n > 3
    then:
      - result: large
    else:
      - result: small
  - generate
tests:
  - name: large
    with: {n: 4}
    model: [ok]
    expect: [{result: large}]
  - name: wrong
    with: {n: 5}
    model: [ok]
    expect: [{result: small}]
  - name: live
    live: true
"""
HOST = """\
import asyncio
import turbo_yaml
from turbo_yaml.testing import rehearse

story = asyncio.run(rehearse(turbo_yaml.load("flow.yaml", cache=False), n=4, replies=["ok"]))
if story.error:
    print("never")
"""


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "other.yaml").write_text("services: {tests: 1}\n", encoding="utf-8")
    return tmp_path


PYTEST = ("-m", "pytest", "-p", "turbo_yaml.testing.pytest_plugin", "-p", "no:cacheprovider", "-W", "error")


def test_pytest_runs_flows_only_where_it_is_told_to(folder: Path) -> None:
    (folder / "test_one.py").write_text("def test_one(): pass\n", encoding="utf-8")
    assert "1 passed" in python(folder, *PYTEST).stdout
    done = python(folder, *PYTEST, "--flows", "-v")
    assert done.returncode == 1
    assert "1 failed, 2 passed, 1 skipped" in done.stdout
    assert "error[result]: it is something else\n  --> flow.yaml:21:" in done.stdout
    assert "FAILED flow.yaml::wrong - error[result]: it is something else" in done.stdout


def test_pytest_tells_of_a_mistake_in_a_flow_as_the_check_does(folder: Path) -> None:
    (folder / "flow.yaml").write_text(FLOW.replace("{{ n }}", "{{ m }}"), encoding="utf-8")
    done = python(folder, *PYTEST, "--flows")
    assert done.returncode == 2
    assert "error[unknown-name]: `m` is not defined here\n --> flow.yaml:6:" in done.stdout


def test_pytest_tells_what_a_folder_grants_to_no_flow_and_what_is_wrong_in_its_settings(folder: Path) -> None:
    (folder / "turbo.yaml").write_text("allow: ['http:127.0.0.1:*']\n", encoding="utf-8")
    words = (*PYTEST[:-2], "--flows", "--flows-live", "-k", "large")
    done = python(folder, *words)
    assert (done.returncode, done.stdout.count("turbo.yaml:0: FlowWarning: [untrusted-file] turbo")) == (0, 1)
    assert "`allow` counts only where you trust the folder; look at the file" in done.stdout
    only = ("-W", "error::turbo_yaml.testing.pytest_plugin.FlowWarning")
    assert python(folder, *words, *only).returncode == 2
    (folder / "turbo.yaml").write_text("alow: []\n", encoding="utf-8")
    done = python(folder, *PYTEST, "--flows")
    assert done.returncode == 2
    assert "error[unknown-setting]: `alow` is not a setting\n --> turbo.yaml:1:" in done.stdout


def test_coverage_reports_flows_by_their_own_lines_beside_the_code_of_the_host(folder: Path) -> None:
    (folder / "host.py").write_text(HOST, encoding="utf-8")
    (folder / ".coveragerc").write_text(
        "[run]\nplugins = turbo_yaml.testing.coverage.plugin\nsource = .\ncore = ctrace\n", encoding="utf-8"
    )
    assert python(folder, "-m", "coverage", "run", "host.py").returncode == 0
    assert python(folder, "-m", "coverage", "json", "-o", "out.json").returncode == 0
    files = json.loads((folder / "out.json").read_text(encoding="utf-8"))["files"]
    assert set(files) == {"flow.yaml", "host.py"}
    assert files["flow.yaml"]["executed_lines"] == [4, 7, 9, 12]
    assert files["flow.yaml"]["missing_lines"] == [11]
    assert files["host.py"]["missing_lines"] == [7]

"""Type checkers read a host as its author means it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import turbo_yaml

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SAMPLE = HERE / "typed_host.py"
WRONG = {
    number
    for number, line in enumerate(SAMPLE.read_text(encoding="utf-8").splitlines(), 1)
    if "# wrong:" in line
}


def lines_with_errors(*command: str) -> set[int]:
    """Run a type checker on the sample; return the lines in which it finds errors."""
    done = subprocess.run(
        [sys.executable, "-m", *command, str(SAMPLE)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return {int(line) for line in re.findall(r"typed_host\.py:(\d+):.*error", done.stdout)}


def test_the_sample_has_every_public_name() -> None:
    tree = ast.parse(SAMPLE.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert sorted({*turbo_yaml.__all__} - used) == []


def test_mypy_finds_what_is_wrong_and_no_more(tmp_path: Path) -> None:
    assert lines_with_errors("mypy", "--strict", f"--cache-dir={tmp_path}") == WRONG


@pytest.mark.skipif(find_spec("basedpyright") is None, reason="basedpyright is not installed")
def test_pyright_finds_what_is_wrong_and_no_more() -> None:
    assert lines_with_errors("basedpyright", "--level", "error", "--project", str(HERE)) == WRONG

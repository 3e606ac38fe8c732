"""`graph`: what is printed, and what is written to files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done


def test_mermaid_is_printed(turbo: Callable[..., Done]) -> None:
    done = turbo("graph", "chatty.yaml")
    assert done.code == 0
    assert done.out.startswith('flowchart TD\n  subgraph f0["chatty"]\n')


@pytest.mark.parametrize(
    ("name", "start"), [("x.svg", "<svg "), ("x.dot", "digraph flow {"), ("x.mmd", "flowchart TD")]
)
def test_the_end_of_a_name_says_what_is_written(
    turbo: Callable[..., Done], folder: Path, name: str, start: str
) -> None:
    assert turbo("graph", "chatty.yaml", "-o", name) == (0, "", f"wrote {name}\n")
    assert (folder / name).read_text(encoding="utf-8").startswith(start)


def test_another_name_is_refused(turbo: Callable[..., Done]) -> None:
    done = turbo("graph", "chatty.yaml", "-o", "x.png")
    assert done.code == 2
    assert "`x.png` does not say what to draw" in done.err


def test_a_folder_that_is_not_there_is_told_of_and_not_made(turbo: Callable[..., Done], folder: Path) -> None:
    done = turbo("graph", "chatty.yaml", "-o", "none/x.svg")
    assert (done.code, done.out) == (1, "")
    assert "none/x.svg\n  = help: check the path and the folder it starts from" in done.err
    assert not (folder / "none").exists()


def test_a_flow_with_errors_is_not_drawn(turbo: Callable[..., Done], folder: Path) -> None:
    (folder / "bad.yaml").write_text("turbo: 1\nsteps: [generat]\n", encoding="utf-8")
    done = turbo("graph", "bad.yaml")
    assert (done.code, done.out) == (2, "")
    assert "there is no step `generat`" in done.err

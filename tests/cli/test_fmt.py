"""`fmt` as a person uses it: which files it writes, and which it leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

UGLY = "turbo:  1\nsteps:\n- user: 'hi'   # said\n- generate\n"
NEAT = "turbo: 1\nsteps:\n  - user: hi   # said\n  - generate\n"
BROKEN = "turbo:  1\nsteps:\n- usr: hi\n"


@pytest.fixture
def ugly(folder: Path) -> Path:
    path = folder / "flows" / "ugly.yaml"
    path.parent.mkdir()
    path.write_text(UGLY, encoding="utf-8")
    return path


def test_a_file_is_written_anew_with_its_mode(turbo: Callable[..., Done], ugly: Path) -> None:
    ugly.chmod(0o640)
    assert turbo("fmt", "flows") == (0, "", "flows/ugly.yaml: formatted\n1 file formatted\n")
    assert ugly.read_text(encoding="utf-8") == NEAT
    assert ugly.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in ugly.parent.iterdir()] == ["ugly.yaml"]
    assert turbo("fmt", "flows") == (0, "", "1 file well written\n")


def test_a_file_keeps_its_mark_and_its_line_ends(turbo: Callable[..., Done], ugly: Path) -> None:
    ugly.write_bytes(b"\xef\xbb\xbf" + UGLY.replace("\n", "\r\n").encode())
    assert turbo("fmt", "flows").code == 0
    assert ugly.read_bytes() == b"\xef\xbb\xbf" + NEAT.replace("\n", "\r\n").encode()


def test_check_and_diff_change_nothing_and_fail(turbo: Callable[..., Done], ugly: Path) -> None:
    told = "flows/ugly.yaml: would change\n1 file would change\n"
    assert turbo("fmt", "--check", "flows") == (1, "", told)
    shown = turbo("fmt", "--diff", "flows")
    assert shown.code == 1
    assert "-- user: 'hi'   # said\n" in shown.out and "+  - user: hi   # said\n" in shown.out
    assert ugly.read_text(encoding="utf-8") == UGLY


def test_a_file_with_errors_is_not_touched_and_the_others_are(turbo: Callable[..., Done], ugly: Path) -> None:
    wrong = ugly.with_name("wrong.yaml")
    wrong.write_text(BROKEN, encoding="utf-8")
    done = turbo("fmt", "flows")
    assert done.code == 2
    assert "error[unknown-step]: there is no step `usr`" in done.err
    assert done.err.endswith("1 file formatted, 1 file not touched\n")
    assert wrong.read_text(encoding="utf-8") == BROKEN
    assert ugly.read_text(encoding="utf-8") == NEAT


def test_standard_input_is_written_to_standard_output(turbo: Callable[..., Done]) -> None:
    assert turbo("fmt", "-", piped=UGLY) == (0, NEAT, "")
    done = turbo("fmt", "-", "--stdin-name", "x.yaml", piped=BROKEN)
    assert (done.code, done.out) == (2, "")
    assert "x.yaml:3:3" in done.err


def test_settings_and_tests_are_formatted_too(turbo: Callable[..., Done], folder: Path) -> None:
    (folder / "turbo.yaml").write_text("model:   echo\n", encoding="utf-8")
    (folder / "a.test.yaml").write_text("turbo:  1\nflow: ./hello.yaml\ntests: []\n", encoding="utf-8")
    assert turbo("fmt", "turbo.yaml", "a.test.yaml").code == 0
    assert (folder / "turbo.yaml").read_text(encoding="utf-8") == "model: echo\n"
    assert (folder / "a.test.yaml").read_text(encoding="utf-8").startswith("turbo: 1\n")

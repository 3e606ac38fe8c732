"""The fuzz sees what it is there to see, and what it once found stays mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.fuzz.__main__ import main
from tests.hostile.fuzz.runner import fuzzed, replayed
from tests.hostile.fuzz.target import TARGETS, found_cases
from tests.hostile.fuzz.targets.planted import FAULTS

pytestmark = pytest.mark.slow

PLANTED = "tests.hostile.fuzz.targets.planted:Planted"


@pytest.mark.parametrize("name", [name for name in TARGETS if found_cases(name)])
def test_what_was_found_once_is_found_no_more(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    code = main(["--replay", "--target", name])
    assert code == 0, capfd.readouterr().out


def test_each_kind_of_fault_is_seen(tmp_path: Path) -> None:
    for number, data in enumerate(FAULTS):
        (tmp_path / str(number)).write_bytes(data)
    (tmp_path / "x").write_bytes(b"x")
    for number, (data, words) in enumerate(FAULTS.items()):
        cases = [tmp_path / "x", tmp_path / str(number)]
        outcome = replayed(PLANTED, cases, seconds=0.3, silence=2.0)
        assert [(words in told, path) for told, path in outcome.findings] == [(True, str(cases[1]))], data


def test_a_fault_is_found_and_kept_in_its_smallest_form(tmp_path: Path) -> None:
    outcome = fuzzed(PLANTED.replace(":Planted", ":Quick"), 0.5, "1", tmp_path)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"e", b"f"}
    assert len(outcome.findings) == 2 < outcome.rounds

"""The first signal ends a run, whatever it is at; the report says how soon."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.hostile.cases import some
from tests.hostile.interrupting import SIGNALS, STAGES, interrupted

pytestmark = pytest.mark.slow

CASES = [(name, number) for name in STAGES for number in SIGNALS]


@pytest.mark.parametrize(("name", "number"), some(CASES, 3))
def test_the_first_signal_ends_a_run_and_tells_how_it_goes_on(
    name: str, number: signal.Signals, tmp_path: Path
) -> None:
    ended = interrupted(STAGES[name], number, tmp_path)
    assert ended.fits(number), ended

"""The first Ctrl-C ends a run that computes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.cases import some
from tests.hostile.interrupting import LONG, interrupted


@pytest.mark.parametrize("what", some([*LONG], 2))
def test_the_first_interrupt_ends_a_run_that_is_busy_without_a_traceback(what: str, tmp_path: Path) -> None:
    ended = interrupted(LONG[what], tmp_path)
    assert ended.status == 130, ended
    assert "Traceback" not in ended.errors

"""A reply that asks for memory is an error or whole, and takes little."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.heavy import MOST, peak, replies

pytestmark = pytest.mark.slow

REPLIES = replies()


@pytest.mark.parametrize("name", ["a gzip bomb", "a line of 16 MiB", "a text of 8 MiB in pieces"])
def test_the_command_takes_little_memory(name: str, tmp_path: Path) -> None:
    taken = peak(REPLIES[name], tmp_path)
    assert taken.code == (0 if "text" in name else 3), taken.errors
    assert "Traceback" not in taken.errors
    assert taken.memory <= MOST

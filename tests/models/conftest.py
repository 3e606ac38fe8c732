"""What the tests of the models share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.models.asking import Wire


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    """Return a server and a model at it."""
    wire = Wire()
    yield wire
    wire.close()

"""What every test may use: golden files, and one profile of hypothesis."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

GOLDEN = Path(__file__).parent / "golden"

# The same examples each time, so that what was green stays green; `TURBO_YAML_RANDOM=1` looks for new ones.
settings.register_profile(
    "turbo",
    max_examples=100,
    deadline=None,
    print_blob=True,
    derandomize=not os.environ.get("TURBO_YAML_RANDOM"),
)
settings.load_profile("turbo")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files instead of comparing"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the file that holds what it must be; with `--update-golden` write that file."""
    update = request.config.getoption("--update-golden")

    def compare(path: Path, text: str) -> None:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        else:
            assert path.exists(), (
                f"{path.name} is not there: run with --update-golden and read what it writes"
            )
            assert text == path.read_text(encoding="utf-8")

    return compare

"""Lines that are run for the first time: an input that reaches one is worth to be changed further.

Python tells of them from 3.12 on, each once and then for nothing; before, nothing is known of lines.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType
from typing import Any, Final

_PACKAGE: Final = str(Path(__file__).parents[3] / "turbo_yaml")


class Coverage:
    """Counts the lines of the package that were reached."""

    def __init__(self) -> None:
        self.lines = 0

    def watch(self) -> None:
        """Begin."""
        monitoring: Any = getattr(sys, "monitoring", None)
        if monitoring is None:
            return
        monitoring.use_tool_id(monitoring.COVERAGE_ID, "fuzz")

        def reached(code: CodeType, line: int) -> Any:
            if code.co_filename.startswith(_PACKAGE) or code.co_filename.startswith("<"):
                self.lines += 1
            return monitoring.DISABLE

        monitoring.register_callback(monitoring.COVERAGE_ID, monitoring.events.LINE, reached)
        monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)

"""A line of a file to the line that is shown: what stands there in the place of a key is starred.

A file that reads well says by itself which of its values are keys. This is for those that are broken.
"""

from __future__ import annotations

import re
from typing import Final

_ASSIGNED: Final = re.compile(
    r"""(?:api[_-]?key|secret|password|passwd|passphrase|token|authorization|credentials?)["']?"""
    r"""\s{0,9}[:=]\s{0,9}["']?(?:bearer\s)?([^\s"'{},\#\[\]]{12,})""",
    re.IGNORECASE,
)


def without_keys(line: str) -> str:
    """Return a line of the same length with stars over values that look like keys and are named so."""
    return _ASSIGNED.sub(_starred, line) if ":" in line or "=" in line else line


def _starred(found: re.Match[str]) -> str:
    value = found[1]
    if not (any(map(str.isdigit, value)) and any(map(str.isalpha, value))):
        return found[0]
    return found[0][: -len(value)] + "*" * len(value)

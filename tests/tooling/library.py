"""The tools of `flows/researcher.yaml`: a library that is a real HTTP server, at `LIBRARY`."""

from __future__ import annotations

import json
import os
from urllib.parse import quote
from urllib.request import urlopen


def search(query: str) -> list[dict[str, str]]:
    """Search the library."""
    with urlopen(f"{os.environ['LIBRARY']}/search?q={quote(query)}", timeout=10) as page:
        found: list[dict[str, str]] = json.load(page)
        return found


def read_page(url: str) -> str:
    """Read a page."""
    with urlopen(url, timeout=10) as page:
        text: str = page.read().decode()
        return text

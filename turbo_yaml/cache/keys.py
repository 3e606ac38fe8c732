"""A request to the key under which its reply is kept."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from turbo_yaml.protocol import BaseCache


class KeyedCache(BaseCache):
    """A cache whose keys are hashes of all that a request says."""

    def to_key(self, request: Any) -> str:
        """Return the hash of a request, which is JSON data."""
        text = json.dumps(request, sort_keys=True, separators=(",", ":"), default=str)
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

"""Settings files that were read before: what they said, so that no YAML parser is needed to say it again."""

from __future__ import annotations

import json
from typing import Any

from turbo_yaml.compiler.store import Store, digest, toolchain
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.source import Source


class KeptSettings:
    """The store of compiled flows, used for what settings files were read to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, source: Source, kind: LayerKind) -> Any | None:
        """Return the data that was kept for a text in a layer of this kind, or None."""
        raw = self._store.get(_key(source, kind))
        if raw is None:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            return None

    def put(self, source: Source, kind: LayerKind, data: Any) -> None:
        """Keep JSON data for a text in a layer of this kind."""
        self._store.put(_key(source, kind), json.dumps(data).encode())


def kept_settings() -> KeptSettings | None:
    """Return the user's own store of them, or None where that is switched off."""
    store = Store.default()
    return None if store is None else KeptSettings(store)


def _key(source: Source, kind: LayerKind) -> str:
    return digest(toolchain(), b"settings", str(int(kind)).encode(), source.text.encode("utf-8", "replace"))

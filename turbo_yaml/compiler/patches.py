"""Settings files that were read before: kept in the store, so that an unchanged one needs no YAML parser."""

from __future__ import annotations

import json
from typing import Any

from turbo_yaml.compiler.store import Store, digest, toolchain
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.source import Source


class StoredPatches:
    """What settings files were read to, by their text."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, source: Source, kind: LayerKind) -> Any | None:
        """Return the data that was kept for a text in a layer of this kind, or None."""
        kept = self._store.get(_key(source, kind))
        return None if kept is None else json.loads(kept)

    def put(self, source: Source, kind: LayerKind, data: Any) -> None:
        """Keep JSON data for a text in a layer of this kind."""
        self._store.put(_key(source, kind), json.dumps(data, separators=(",", ":")).encode("ascii"))


def _key(source: Source, kind: LayerKind) -> str:
    return digest(b"settings", toolchain(), kind.name.encode("ascii"), source.text.encode())

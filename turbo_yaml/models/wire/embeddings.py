"""The body of an embeddings response to vectors, in the order of the texts."""

from __future__ import annotations

from math import isfinite
from typing import Any, TypeGuard

from turbo_yaml.models.faults import SERVER, Fault


def read_embeddings(data: Any, count: int) -> list[list[float]]:
    """Return so many vectors of one length; `Fault` where the data holds none."""
    items = data.get("data") if isinstance(data, dict) else None
    if not isinstance(items, list) or len(items) != count:
        raise Fault("bad_reply", f"{SERVER} answered with no embeddings")
    vectors: list[list[float] | None] = [None] * count
    for number, item in enumerate(items):
        index = item.get("index", number) if isinstance(item, dict) else None
        vector = item.get("embedding") if isinstance(item, dict) else None
        if type(index) is not int or not 0 <= index < count or not _is_vector(vector):
            raise Fault("bad_reply", f"{SERVER} answered with an embedding that is no list of numbers")
        vectors[index] = [float(number) for number in vector]
    found = [vector for vector in vectors if vector is not None]
    if len(found) != count or len({len(vector) for vector in found}) > 1:
        raise Fault("bad_reply", f"{SERVER} answered with embeddings that do not go together")
    return found


def _is_vector(value: Any) -> TypeGuard[list[float]]:
    return (
        isinstance(value, list)
        and bool(value)
        and all(type(number) in (int, float) and isfinite(number) for number in value)
    )

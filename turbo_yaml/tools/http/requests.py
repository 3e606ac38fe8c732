"""Arguments to the parts of a request: the path, the query, the body."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from turbo_yaml.errors import ToolError
from turbo_yaml.flow.endpoint import Endpoint

_NO_BODY: Final = frozenset(("GET", "HEAD", "DELETE"))


def target(endpoint: Endpoint, arguments: Mapping[str, Any]) -> str:
    """Return the address for these arguments; `ToolError` where one of them cannot be part of a path."""
    path = endpoint.filled({name: _segment(name, arguments.get(name)) for name in endpoint.placeholders})
    if path is None:
        raise ToolError("an argument would lead to another path: `.` and `..` are no names", kind="arguments")
    query = [endpoint.query] if endpoint.query else []
    if endpoint.method in _NO_BODY:
        query += [urlencode(list(_pairs(rest(endpoint, arguments))), quote_via=quote)]
    return endpoint.origin + path + "?".join(("", "&".join(filter(None, query)))) * any(query)


def body(endpoint: Endpoint, arguments: Mapping[str, Any], *, declared: bool) -> bytes | None:
    """Return the JSON body; None where there is none to send. `declared`: the tool has arguments for one."""
    if endpoint.method in _NO_BODY or not declared:
        return None
    try:
        return json.dumps(rest(endpoint, arguments), ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise ToolError("the arguments cannot be written as JSON", kind="arguments") from None


def rest(endpoint: Endpoint, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that are not part of the path."""
    return {name: value for name, value in arguments.items() if name not in endpoint.placeholders}


def _segment(name: str, value: Any) -> str:
    text = _text(value) if isinstance(value, str | int | float) else ""
    if not text:
        shape = "empty" if value == "" else "not a text, a number or a boolean"
        raise ToolError(f"the argument `{name}` is part of the address and is {shape}", kind="arguments")
    return quote(_sound(text), safe="")


def _pairs(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Iterate over the pairs of a query: a list repeats its name, other data is JSON, null is left out."""
    for name, value in arguments.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            if item is not None:
                yield _sound(name), _sound(_text(item))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise ToolError("the arguments cannot be written as JSON", kind="arguments") from None


def _sound(text: str) -> str:
    """Return text that has bytes: half a character, as JSON can write it, has none."""
    return text.encode("utf-8", "replace").decode()

"""A response to data, or to the error that its status or its body is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.errors import ToolError
from turbo_yaml.wire.hidden import Hidden
from turbo_yaml.wire.wording import one_line

if TYPE_CHECKING:
    import httpx2

_RETRYABLE: Final = frozenset((408, 425, 429, 500, 502, 503, 504))
_TOLD: Final = 2048  # bytes of an error's body that are looked at


async def read_result(response: httpx2.Response, host: str, secret: Hidden) -> Any:
    """Return what a response holds; `ToolError` with its status and the beginning of its body."""
    status = response.status_code
    if not 200 <= status < 300:
        said = one_line(secret.out_of(await _beginning(response)))
        message = f"`{host}` answered {status}" + (f": {said}" if said else "")
        raise ToolError(message, retryable=status in _RETRYABLE)
    data = secret.out_of_bytes(b"".join([piece async for piece in response.aiter_raw()]))
    if not data.strip():
        return None
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return _json(data, host)
    if kind.startswith("text/") or kind in ("", "application/xml", "application/yaml", "application/x-yaml"):
        return _decoded(data, response.charset_encoding, host)
    raise ToolError(f"`{host}` answered with `{kind}`, which is neither JSON nor text")


async def _beginning(response: httpx2.Response) -> str:
    data = b""
    try:
        async for piece in response.aiter_raw():
            data += piece
            if len(data) >= _TOLD:
                break
    except ToolError:
        pass
    return data[:_TOLD].decode("utf-8", "replace")


def _json(data: bytes, host: str) -> Any:
    try:
        return json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ToolError(f"`{host}` answered with what it calls JSON and is not") from None


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _decoded(data: bytes, charset: str | None, host: str) -> str:
    try:
        return data.decode(charset or "utf-8").removeprefix("\ufeff")
    except (LookupError, ValueError):
        raise ToolError(f"`{host}` answered with text whose characters cannot be read") from None

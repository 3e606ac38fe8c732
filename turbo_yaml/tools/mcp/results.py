"""What an MCP server gives back, to data or to the error that it says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from turbo_yaml.errors import ToolError, UsageError
from turbo_yaml.types.filling import plain
from turbo_yaml.wire.hidden import Hidden
from turbo_yaml.wire.wording import one_line

if TYPE_CHECKING:
    from mcp_types import CallToolResult, ContentBlock


def read_result(result: CallToolResult, server: str, secret: Hidden) -> Any:
    """Return the data of a result: structured data, one text, or a list of parts as messages take them."""
    parts = [_part(block) for block in result.content]
    if result.is_error:
        said = one_line(secret.out_of(" ".join(part.get("text", "") for part in parts)))
        raise ToolError(said or f"the MCP server `{server}` says that the tool failed")
    if result.structured_content is not None:
        return _unwrapped(_plain(result.structured_content, server))
    if len(parts) == 1 and parts[0].keys() == {"text"}:
        return parts[0]["text"]
    return parts or None


def _plain(data: Any, server: str) -> Any:
    try:
        return plain(data)
    except UsageError as problem:
        raise ToolError(f"the MCP server `{server}` gave what is not JSON: {problem.message}") from None


def _unwrapped(data: Any) -> Any:
    """Return what an object of one field `result` holds: so servers wrap what is no object."""
    return data["result"] if isinstance(data, dict) and data.keys() == {"result"} else data


def _part(block: ContentBlock) -> dict[str, Any]:
    match block.type:
        case "text":
            return {"text": block.text}
        case "image" | "audio":
            return {block.type: f"data:{block.mime_type};base64,{block.data}"}
        case "resource_link":
            return {"text": str(block.uri)}
        case "resource":
            resource = block.resource
            text = getattr(resource, "text", None)
            if text is not None:
                return {"text": text}
            kind = resource.mime_type or "application/octet-stream"
            return {"file": f"data:{kind};base64,{getattr(resource, 'blob', '')}"}

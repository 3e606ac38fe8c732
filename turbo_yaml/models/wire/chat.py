"""A `Request` to the JSON body of a chat completion."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from collections.abc import Mapping, Sequence
from typing import Any

from turbo_yaml.models.faults import Fault
from turbo_yaml.models.request import Request, Structured
from turbo_yaml.models.wire.form import ask_for_form
from turbo_yaml.protocol import Assistant, Message, Part, ToolCall, ToolResult
from turbo_yaml.settings.keys import SENT


def chat_body(request: Request, structured: Structured, rename: Mapping[str, str]) -> dict[str, Any]:
    """Return the body, without what asks for a stream. `structured` is what the server can; `rename` maps
    settings to its own words for them. What `extra` says wins."""
    settings = request.settings
    body: dict[str, Any] = {"model": request.model, "messages": wire_messages(request.messages)}
    for key in SENT:
        value = settings.get(key)
        if value is not None:
            body[rename.get(key, key)] = value
    _offer_tools(body, request)
    ask_for_form(body, request, structured)
    extra = settings.get("extra")
    if extra:
        body.update(extra)
    return body


def _offer_tools(body: dict[str, Any], request: Request) -> None:
    """Add the tools; without any, drop the settings that servers refuse then."""
    if not request.tools:
        body.pop("tool_choice", None)
        body.pop("parallel_tool_calls", None)
        return
    body["tools"] = [{"type": "function", "function": dict(tool)} for tool in request.tools]
    choice = body.get("tool_choice")
    if isinstance(choice, str) and choice not in ("auto", "none", "required"):
        body["tool_choice"] = {"type": "function", "function": {"name": choice}}


def as_developer(messages: list[dict[str, Any]]) -> None:
    """Give the instructions among messages the role that some models want in place of `system`."""
    for message in messages:
        if message["role"] == "system":
            message["role"] = "developer"


# Messages ----------------------------------------------------------------------------------------------


def wire_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return messages as the API takes them."""
    return [_wire_message(message) for message in messages]


def _wire_message(message: Message) -> dict[str, Any]:
    content = message.content
    wire: dict[str, Any] = {
        "role": message.role,
        "content": content if isinstance(content, str) else [_wire_part(part) for part in content],
    }
    if message.name is not None:
        wire["name"] = message.name
    if isinstance(message, ToolResult):
        wire.pop("name", None)
        wire["tool_call_id"] = message.tool_call_id
    if isinstance(message, Assistant) and message.tool_calls:
        wire["tool_calls"] = [_wire_call(call) for call in message.tool_calls]
        if not content:
            wire["content"] = None
    return wire


def _wire_call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _wire_part(part: Part) -> dict[str, Any]:
    if "text" in part:
        return {"type": "text", "text": part["text"]}
    if "image" in part:
        return {"type": "image_url", "image_url": {"url": _address("image", part["image"], part)}}
    if "audio" in part:
        return {"type": "input_audio", "input_audio": _audio(_address("audio", part["audio"], part))}
    if "file" in part:
        return {"type": "file", "file": _file(part)}
    raise Fault("bad_request", "a part of a message has none of `text`, `image`, `audio` and `file`", hint="")


def _address(kind: str, value: str, part: Part) -> str:
    """Return the URL of a part; with `media_type`, a value that is no URL is taken as base64."""
    if value.startswith(("http://", "https://", "data:")):
        return value
    media_type = part.get("media_type")
    if media_type is None or not _is_base64(value):
        shown = value if len(value) <= 60 else value[:60] + "…"
        raise Fault(
            "bad_request",
            f"the {kind} `{shown}` is neither an `https:` nor a `data:` address",
            hint=f"give the {kind} as an `https:` or a `data:` address",
        )
    return f"data:{media_type};base64,{value}"


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_DATA_ADDRESS = re.compile(r"data:(?P<type>[\w.+/-]*)(?:;[\w=.+-]*)*;base64,", re.ASCII)
_AUDIO_FORMATS = {"wav": "wav", "x-wav": "wav", "wave": "wav", "vnd.wave": "wav", "mpeg": "mp3", "mp3": "mp3"}


def _audio(address: str) -> dict[str, str]:
    found = _DATA_ADDRESS.match(address)
    if found is None:
        raise Fault(
            "bad_request",
            "audio is sent as data, and an address was given",
            hint="give the audio as a `data:audio/wav;base64,…` address",
        )
    subtype = found["type"].rpartition("/")[2].lower()
    return {"data": address[found.end() :], "format": _AUDIO_FORMATS.get(subtype, subtype)}


def _file(part: Part) -> dict[str, str]:
    value = part["file"]
    if re.fullmatch(r"file-[\w-]{4,80}", value, re.ASCII):
        return {"file_id": value}
    address = _address("file", value, part)
    found = _DATA_ADDRESS.match(address)
    # Servers tell by the end of the name what they get.
    end = None if found is None else mimetypes.guess_extension(found["type"])
    return {"file_data": address, "filename": f"file{end or ''}"}

"""Tools as they are declared and named to their nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from turbo_yaml.flow.endpoint import EXAMPLE, read_endpoint
from turbo_yaml.flow.nodes import Tool, ToolRef
from turbo_yaml.flow.patterns import REQUEST, TOOL
from turbo_yaml.flow.readers.context import (
    WRONG,
    Reader,
    Reading,
    brief,
    is_hole,
    is_null,
    is_template,
)
from turbo_yaml.flow.readers.keys import as_mapping, read_keys, table_of
from turbo_yaml.flow.readers.scalars import check_tag, check_tags, check_word, name_scalar, read_plain, scalar
from turbo_yaml.flow.vocabulary import SERVER_KEYS, TOOL_KEYS, Key, Slot
from turbo_yaml.source import Span
from turbo_yaml.syntax import Mapping as MappingNode
from turbo_yaml.syntax import Node, Scalar
from turbo_yaml.types.shorthand import parse_type

_TOOL = table_of("a tool", TOOL_KEYS)
_SERVER = table_of("`mcp`", SERVER_KEYS)
_KINDS = ("flow", "http", "mcp")


# Where tools are named ---------------------------------------------------------------------------------


def read_tool_name(reading: Reading, node: Node, key: Key) -> Any:
    """Read the name of a tool."""
    named = name_scalar(reading, node, key, "the name of a tool")
    if named is None:
        return WRONG
    name, found = named
    if re.fullmatch(TOOL, name):
        return ToolRef(name, found.span)
    if is_template(name):
        help = "which tool it is stands in the file: choose with `if` or `match`"
    else:
        help = "a name under `tools:`, or `server.name` for a tool of an MCP server"
    return reading.report("bad-name", f"`{brief(found)}` names no tool", found, help)


# Where tools are declared ------------------------------------------------------------------------------


def read_tools(reading: Reading, node: Node, key: Key) -> Any:
    """Read the tools that a file declares, by name; of one with a mistake nothing but its name is known."""
    found = as_mapping(reading, node, "`tools`", "`tools: {name: {description: …, with: …}}`")
    if found is None or not check_tag(reading, found):
        return WRONG
    tools: dict[str, Tool] = {}
    for name, (word, inner) in found.entries.items():
        if is_hole(word):
            continue
        check_word(reading, name, word.span)
        tools[name] = _tool(reading, name, word.span, inner) or Tool(name=name, span=word.span, broken=True)
    return tools


def _tool(reading: Reading, name: str, place: Span, node: Node) -> Tool | None:
    """Return a tool; one without a declaration is as the host's function says."""
    if is_null(node) and node.tag is None:
        return Tool(name=name, span=place)
    inner = as_mapping(reading, node, f"the tool `{name}`", f"`{name}: {{description: …, with: …}}`")
    if inner is None or not check_tag(reading, inner):
        return None
    given, good = read_keys(reading, inner.entries, _TOOL, place, f"the tool `{name}`")
    if not good:
        return None
    if "from" in given:
        return Tool(name=name, span=place, kind="caller", description=given.get("description"))
    kind = next((kind for kind in _KINDS if kind in given), "function")
    fields = {"parameters" if word == "with" else word: value for word, value in given.items()}
    if "http" in given and not _has_all_of_the_path(reading, name, inner, parameters=given.get("with")):
        return None
    if "secret" in given:
        fields["secret_span"] = inner.entries["secret"].value.span
    return Tool(name=name, span=place, kind=kind, **fields)  # type: ignore[arg-type]


def _has_all_of_the_path(
    reading: Reading, name: str, node: MappingNode, parameters: Mapping[str, Any] | None
) -> bool:
    """Report a name in the path that is no parameter, or one that may be left out."""
    address = node.entries["http"].value
    endpoint = read_endpoint(address.text) if isinstance(address, Scalar) else ""
    declared = parameters or {}
    for word in () if isinstance(endpoint, str) else endpoint.placeholders:
        if word not in declared.get("properties", {}):
            message, help_ = "is none of its parameters", f"declare it: `with: {{{word}: string}}`"
        elif word not in declared.get("required", ()):
            message, help_ = "may be left out", f"write `{word}` without `?` in `with`"
        else:
            continue
        reading.report(
            "bad-address", f"the address of `{name}` needs `{word}`, which {message}", address, help_
        )
        return False
    return True


def read_parameters(reading: Reading, node: Node, key: Key) -> Any:
    """Read parameters by name, each with its type, to the JSON Schema of all of them."""
    help = "`with: {id: integer}`; for none at all, `with: {}`"
    found = as_mapping(reading, node, "`with` of a tool", help)
    if found is None or not check_tags(reading, found):
        return WRONG
    schema, problems = parse_type(found, reading.source)
    if reading.take(problems):
        return WRONG
    if schema.get("type") != "object":
        return reading.report("wrong-kind", "`with` of a tool takes parameters by name", found, help)
    return schema


def read_request(reading: Reading, node: Node, key: Key) -> Any:
    """Read the method and the address of an HTTP request."""
    example = "`GET https://api.example.com/orders/{id}`"
    found = scalar(reading, node, key, "a method and an address", f"such as {example}")
    if found is None:
        return WRONG
    if re.fullmatch(REQUEST, found.text):
        endpoint = read_endpoint(found.text)
        if isinstance(endpoint, str):
            return reading.report("bad-address", endpoint, found, EXAMPLE)
        return found.text
    message = f"`{key.name}` takes a method and an address; this is `{brief(found)}`"
    braces = "an argument stands in single braces, as in " if is_template(found.text) else "such as "
    help = f"{braces}{example}"
    return reading.report("wrong-value", message, found, help)


def read_server(reading: Reading, node: Node, key: Key) -> Any:
    """Read where an MCP server is: a dict with `command` or `url`."""
    help = "`mcp: {command: [program, argument]}` or `mcp: {url: https://…}`"
    found = as_mapping(reading, node, "`mcp`", help)
    if found is None or not check_tag(reading, found):
        return WRONG
    given, good = read_keys(reading, found.entries, _SERVER, found.span)
    if not good:
        return WRONG
    if len(given) != 1:
        rule = "conflicting-keys" if given else "missing-key"
        return reading.report(rule, "`mcp` takes one of `command` and `url`", found, help)
    return given


def read_headers(reading: Reading, node: Node, key: Key) -> Any:
    """Read names with texts that are never templates."""
    found = as_mapping(reading, node, f"`{key.name}`", f"`{key.name}: {{Accept: application/json}}`")
    if found is None or not check_tag(reading, found):
        return WRONG
    texts = {name: read_plain(reading, value, key) for name, (_, value) in found.entries.items()}
    for name, (_, value) in found.entries.items():
        if isinstance(value, Scalar) and is_template(value.text):
            message = f"the header `{name}` is no template: it is sent as it is written"
            help = "only `{secret}` stands for something; what differs from call to call goes into `with`"
            texts[name] = reading.report("wrong-value", message, value, help)
    return WRONG if WRONG in texts.values() else texts


TOOL_SLOTS: dict[Slot, Reader] = {
    "tool": read_tool_name,
    "tools": read_tools,
    "parameters": read_parameters,
    "request": read_request,
    "server": read_server,
    "headers": read_headers,
}

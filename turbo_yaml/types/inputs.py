"""The `inputs` of a flow to what it takes: a name, a type, a default each."""

from __future__ import annotations

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.syntax.tree import Entry, Mapping, Node, Scalar
from turbo_yaml.types.declared import MISSING, Input
from turbo_yaml.types.filling import fill
from turbo_yaml.types.names import name_problem
from turbo_yaml.types.notation.json_form import is_flag
from turbo_yaml.types.notation.table import Field
from turbo_yaml.types.shorthand import TypeReader

_TRUSTED = "trusted"


def parse_inputs(node: Node, source: Source) -> tuple[tuple[Input, ...], list[Diagnostic]]:
    """Return the inputs in the order written, and what is wrong with them."""
    if isinstance(node, Scalar) and not node.style and node.text in ("", "~", "null"):
        return (), []
    if not isinstance(node, Mapping):
        message = "`inputs` is a map of names to types"
        return (), [
            Diagnostic("wrong-inputs", message, source, node.span, "such as `inputs: {topic: string}`")
        ]
    found: list[Diagnostic] = []
    inputs: dict[str, Input] = {}
    for entry in node.entries.values():
        given = None if entry.key.style == "broken" else _input(entry, source, found)
        if given is None:
            continue
        if given.name in inputs:
            message = f"`{given.name}` is there already"
            found.append(Diagnostic("repeated-field", message, source, entry.key.span))
        inputs.setdefault(given.name, given)
    return tuple(inputs.values()), found


def _input(entry: Entry, source: Source, found: list[Diagnostic]) -> Input | None:
    reader = TypeReader(source)
    reader.found = found
    field = reader.field(entry)
    if field is None:
        return None
    refused = name_problem(field.name)
    if refused is not None:
        reader.wrong("reserved-name", refused[0], reader.within(entry.key, field.name), refused[1])
    plain, trusted = _without_trust(entry.value)
    schema = reader.judged(reader.field_type(field, Entry(entry.key, plain), ()))
    default = fill(schema, schema["default"]) if "default" in schema else MISSING
    required = not field.optional and default is MISSING
    span = reader.within(entry.key, field.name)
    return Input(field.name, schema, required, default, _description(field, schema), span, trusted)


def _description(field: Field, schema: dict[str, object]) -> str | None:
    words = field.words or schema.get("description")
    return words if isinstance(words, str) else None


def _without_trust(node: Node) -> tuple[Node, bool]:
    """Take `trusted: true` out of a type: it is said of the caller, not of the value."""
    said = node.get(_TRUSTED) if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(said, Scalar) or not is_flag(said):
        return node, False
    entries = {key: entry for key, entry in node.entries.items() if key != _TRUSTED}
    if not entries:
        return Scalar("any", node.start, node.end, ""), said.text == "true"
    return Mapping(entries, node.start, node.end, node.flow, node.tag), said.text == "true"

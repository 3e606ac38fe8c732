"""The keys of a file and of its local flows to values: the version, inputs, settings, other files."""

from __future__ import annotations

from typing import Any

from turbo_yaml.flow.nodes import Broken, FileRef, Flow
from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, Scope, is_empty, is_hole, shape
from turbo_yaml.flow.readers.keys import Table, as_mapping, read_keys, table_of
from turbo_yaml.flow.readers.scalars import check_tag, check_tags, check_variable, check_word, read_path
from turbo_yaml.flow.vocabulary import (
    MEMORY_KEYS,
    SUBFLOW_KEYS,
    VERSION,
    Key,
    Slot,
)
from turbo_yaml.flow.words import advise_setting
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.patch import EMPTY
from turbo_yaml.settings.reading import read_profiles, read_settings
from turbo_yaml.source import Span
from turbo_yaml.syntax import Entry, Node, Scalar, Sequence
from turbo_yaml.syntax import Mapping as MappingNode
from turbo_yaml.syntax.scalars import read_value
from turbo_yaml.types.inputs import parse_inputs
from turbo_yaml.types.shorthand import parse_type

_SUBFLOW = table_of("a flow", SUBFLOW_KEYS, any_of=("steps",), advise=advise_setting)
_MEMORY = table_of("`memory`", MEMORY_KEYS)
_KINDS_WITH = {"max_tokens": ("truncated", "summarize", "sqlite"), "flow": ("summarize",)}


def read_version(reading: Reading, node: Node, key: Key) -> Any:
    """Read the version of the language."""
    help = f"begin the file with `turbo: {VERSION}`"
    if not isinstance(node, Scalar):
        return reading.report("unknown-version", f"`turbo` takes a number; this is {shape(node)}", node, help)
    if not check_tag(reading, node):
        return WRONG
    value, _ = read_value(node)
    if value == VERSION and not isinstance(value, bool):
        return VERSION
    if node.style and node.text.strip().isdecimal():
        help = f"write it without quotes: `turbo: {node.text.strip()}`"
        return reading.report("unknown-version", "`turbo` takes a number; this is a text", node, help)
    if isinstance(value, int | float) and value > VERSION:
        help = f"take a newer turbo-yaml for it, or write `turbo: {VERSION}`"
    message = f"this turbo-yaml reads version {VERSION} of the language; the file says `{node.text}`"
    return reading.report("unknown-version", message, node, help)


def read_type(reading: Reading, node: Node, key: Key) -> Any:
    """Read a type to JSON Schema."""
    if not check_tags(reading, node):
        return WRONG
    schema, problems = parse_type(node, reading.source)
    return WRONG if reading.take(problems) else schema


def read_inputs(reading: Reading, node: Node, key: Key) -> Any:
    """Read the inputs of a flow; with mistakes in them, what could be read."""
    if as_mapping(reading, node, "`inputs`", "`inputs: {topic: string}`") is None:
        return WRONG
    if not check_tags(reading, node):
        return WRONG
    inputs, problems = parse_inputs(node, reading.source)
    reading.take(problems)
    return inputs


def read_flow_settings(reading: Reading, node: Node, key: Key) -> Any:
    """Read settings to the patch that they are."""
    if as_mapping(reading, node, "`settings`", "`settings: {model: …, temperature: 0}`") is None:
        return WRONG
    patch, problems = read_settings(node, reading.source, LayerKind.FLOW)
    return WRONG if reading.take(problems) else patch


def read_flow_profiles(reading: Reading, node: Node, key: Key) -> Any:
    """Read named sets of settings to patches."""
    if as_mapping(reading, node, "`profiles`", "`profiles: {cheap: {model: …}}`") is None:
        return WRONG
    patches, problems = read_profiles(node, reading.source)
    return WRONG if reading.take(problems) else patches


def read_memory(reading: Reading, node: Node, key: Key) -> Any:
    """Read how the chat is kept: a dict."""
    if not isinstance(node, MappingNode):
        written = node.text if isinstance(node, Scalar) else ""
        kind = written if written in _MEMORY.keys["kind"].options else "local"
        help = f"`memory: {{kind: {kind}}}`"
        return reading.report("wrong-kind", f"`memory` takes a mapping; this is {shape(node)}", node, help)
    if not check_tag(reading, node):
        return WRONG
    given, good = read_keys(reading, node.entries, _MEMORY, node.span)
    if not good:
        return WRONG
    for name, kinds in _KINDS_WITH.items():
        if name in given and given["kind"] not in kinds:
            return reading.report(
                "conflicting-keys",
                f"memory of the kind `{given['kind']}` has no `{name}`",
                node.entries[name].key.span,
                f"`kind: {kinds[0]}` has it",
            )
    if given["kind"] in _KINDS_WITH["max_tokens"] and not given.get("max_tokens"):
        return reading.report(
            "missing-key",
            f"memory of the kind `{given['kind']}` needs `max_tokens`, a number above zero",
            node.entries["kind"].value,
            "such as `max_tokens: 8000`",
        )
    return given


def read_files(reading: Reading, node: Node, key: Key) -> Any:
    """Read names for files, with their paths; a name whose path was reported has an empty one."""
    found = as_mapping(reading, node, f"`{key.name}`", f"`{key.name}: {{name: ./file}}`")
    if found is None or not check_tag(reading, found):
        return WRONG
    check = check_variable if key.name == "data" else check_word
    files = []
    for name, (word, path_node) in found.entries.items():
        if is_hole(word):
            continue
        path = WRONG if _nothing(reading, word, path_node) else read_path(reading, path_node, key)
        if check(reading, name, word.span):
            files.append(FileRef(name=name, path="" if path is WRONG else path, span=path_node.span))
    return tuple(files)


def _nothing(reading: Reading, word: Scalar, node: Node) -> bool:
    if is_empty(node):
        reading.report("missing-value", f"there is nothing after `{word.text}`", word.span)
        return True
    return False


def read_flows(reading: Reading, node: Node, key: Key) -> Any:
    """Read the local flows, by name. One that is no flow has one step, `Broken`."""
    found = as_mapping(reading, node, "`flows`", "`flows: {name: {steps: […]}}`")
    if found is None or not check_tag(reading, found):
        return WRONG
    flows: dict[str, Flow] = {}
    entries = _put_back(reading, found)
    for name, (word, inner) in entries.items():
        if is_hole(word):
            continue
        check_word(reading, name, word.span)
        flow = None if _nothing(reading, word, inner) else _subflow(reading, name, word.span, inner)
        broken = {"steps": (Broken(span=word.span, head=word.span),)}
        flows[name] = flow or make_flow(name, word.span, broken)
    return flows


def _put_back(reading: Reading, flows: MappingNode) -> dict[str, Entry]:
    """Return the flows; keys of a flow that stand beside it and not below it are reported, and put there."""
    entries: dict[str, Entry] = {}
    owner = ""
    told = False
    for name, entry in flows.entries.items():
        above = entries.get(owner)
        inner = above.value.entries if above and isinstance(above.value, MappingNode) else {}
        if above is None and name in _SUBFLOW.keys and not _is_flow(entry.value):
            if not told:
                message = f"`{name}` is a key of a flow, and there is no name of one above it"
                reading.report("wrong-kind", message, entry.key, "write the flow's name above it, with a `:`")
            told = True
            continue
        if (
            above is None
            or name not in _SUBFLOW.keys
            or inner.keys() & {name, "steps"}
            or _is_flow(entry.value)
        ):
            entries[name] = entry
            owner = name if is_empty(entry.value) or isinstance(entry.value, MappingNode) else ""
            told = False
            continue
        if not told:
            message = f"`{name}` stands beside the flow `{owner}`, and belongs below it"
            reading.report("wrong-kind", message, entry.key, f"indent it deeper than `{owner}`")
            told = True
        below = MappingNode({**inner, name: entry}, above.key.start, entry.value.end, False)
        entries[owner] = Entry(above.key, below)
    return entries


def _is_flow(node: Node) -> bool:
    return isinstance(node, MappingNode) and "steps" in node.entries


def _subflow(reading: Reading, name: str, place: Span, node: Node) -> Flow | None:
    if isinstance(node, Sequence):
        help = f"put them under `steps:` of `{name}`"
        reading.report("wrong-kind", f"the flow `{name}` is a mapping; this is a list", node, help)
        return None
    found = as_mapping(reading, node, f"the flow `{name}`", f"`{name}: {{steps: […]}}`")
    if found is None or not check_tag(reading, found):
        return None
    given = read_flow_keys(reading, found.entries, _SUBFLOW, place, f"the flow `{name}`")
    return make_flow(name, node.span, given)


def read_flow_keys(
    reading: Reading, entries: dict[str, Entry], table: Table, place: Span, name: str
) -> dict[str, Any]:
    """Return the values of a flow's keys that could be read; its steps are in a scope of their own."""
    entries = _lifted(reading, entries, table)
    outer = reading.ids, reading.scope, reading.step
    reading.ids, reading.scope, reading.step = {}, Scope(), {}
    given, _ = read_keys(reading, entries, table, place, name)
    if given.get("steps") == ():
        steps = entries["steps"].key
        reading.report("missing-value", f"there are no steps in {name}", steps, "write at least one")
    reading.ids, reading.scope, reading.step = outer
    return given


def _lifted(reading: Reading, entries: dict[str, Entry], table: Table) -> dict[str, Entry]:
    """Return the keys of a flow with the `steps` that stand too deep, below another key; report that."""
    for name, (word, value) in entries.items() if "steps" not in entries else ():
        if not isinstance(value, MappingNode) or value.flow or name not in table.keys or name == "flows":
            continue
        below = value.entries.get("steps")
        if below is None or not isinstance(below.value, Sequence):
            continue
        message = f"`steps` stands below `{name}`, and belongs beside it"
        reading.report("wrong-kind", message, below.key, f"begin it in the column of `{name}`")
        rest = {key: entry for key, entry in value.entries.items() if key != "steps"}
        kept = MappingNode(rest, value.start, value.end, value.flow, value.tag)
        return {**entries, name: Entry(word, kept), "steps": below}
    return entries


def make_flow(name: str, span: Span, given: dict[str, Any]) -> Flow:
    """Return the flow that the values of its keys make."""
    return Flow(
        name=name,
        span=span,
        description=given.get("description"),
        inputs=given.get("inputs", ()),
        output=given.get("output"),
        settings=given.get("settings", EMPTY),
        memory=given.get("memory"),
        steps=given.get("steps", ()),
    )


FILE_SLOTS: dict[Slot, Reader] = {
    "version": read_version,
    "type": read_type,
    "inputs": read_inputs,
    "settings": read_flow_settings,
    "profiles": read_flow_profiles,
    "memory": read_memory,
    "files": read_files,
    "flows": read_flows,
}

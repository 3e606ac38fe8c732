"""The vocabulary to JSON Schema 2020-12, for editors and for checks outside of turbo-yaml.

The schema accepts exactly the shapes that the parser accepts. JSON cannot say some things: templates and
expressions, tags, names that stand twice, `break` outside a loop, a key with nothing after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from turbo_yaml.flow import vocabulary as words
from turbo_yaml.flow.assertions import (
    ALONE,
    ASSERTIONS,
    BOUNDS_KEYS,
    COUNT_KEYS,
    FAILURE_KEYS,
    MESSAGE,
    NOT,
    PRICE_KEYS,
    SEQUENCE_KEYS,
    TOOL_ARGS_KEYS,
)
from turbo_yaml.flow.patterns import (
    DURATION,
    FLOW,
    INSTALLED,
    LARGEST,
    PATH,
    REQUEST,
    TEMPLATE,
    TOOL,
    VARIABLE,
    WORD,
    whole,
)
from turbo_yaml.flow.snippets import snippet
from turbo_yaml.flow.vocabulary import Key, Slot, Verb
from turbo_yaml.settings.keys import FLOW as FLOW_SETTINGS
from turbo_yaml.settings.keys import STEP
from turbo_yaml.settings.kinds import key_schema, schema
from turbo_yaml.types.names import RESERVED
from turbo_yaml.types.notation.table import NAMES

Schema: TypeAlias = dict[str, Any]

_TAKEN = sorted((*RESERVED, "_"))
_ITEM = rf"(?!(?:{'|'.join(_TAKEN)})\s*(?:,|$)){VARIABLE}"
_STEPS: Schema = {"description": words.STEPS_KEY.doc, "$ref": "#/$defs/body", "minItems": 1}
_FREE: Schema = {"^x-": {}}


def flow_schema() -> Schema:
    """Return the JSON Schema of a flow file."""
    file = _object(words.FILE_KEYS)
    file["properties"]["steps"] = _STEPS
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "turbo-yaml flow",
        "description": "A flow: what goes in, what comes out, and its steps, one verb each.",
        **file,
        "anyOf": _required_each(("steps", "flows")),
        "dependentRequired": {key: ["steps"] for key in words.OF_STEPS},
        "$defs": _definitions(),
    }


def _definitions() -> Schema:
    subflow = _object(words.SUBFLOW_KEYS) | {"required": ["steps"]}
    subflow["properties"]["steps"] = _STEPS
    steps = {f"step-{verb.name}": _step(verb) for verb in words.VERBS}
    return {
        "text": {"type": ["string", "number", "boolean", "null"]},
        "template": {"type": "string", "pattern": TEMPLATE},
        "variable": {"type": "string", "pattern": whole(VARIABLE), "not": {"enum": _TAKEN}},
        "flow-name": {"type": "string", "pattern": whole(FLOW)},
        "path": {"type": "string", "pattern": whole(PATH)},
        "duration": _duration(zero=False),
        "delay": _duration(zero=True),
        "count": {"anyOf": [_whole_number(1), _ref("template")]},
        "labels": {"anyOf": [{"type": "array", "minItems": 1, "items": _ref("text")}, _ref("template")]},
        "type": _type(),
        "retry": {"anyOf": [_whole_number(0), _object(words.RETRY_KEYS)]},
        "turn": _turn(),
        "part": _one_of(words.PART_KEYS),
        "pair": _object(words.EXAMPLE_KEYS),
        "elif": _object(words.ELIF_KEYS),
        "forget": {"anyOf": [{"const": "all"}, _one_of(words.FORGET_KEYS)]},
        "settings": schema(FLOW_SETTINGS),
        "memory": _object(words.MEMORY_KEYS) | words.BOUNDED_MEMORY,
        "tool-name": {"type": "string", "pattern": whole(TOOL)},
        "tool": {"anyOf": [{"type": "null"}, _object(words.TOOL_KEYS)]},
        "server": _one_of(words.SERVER_KEYS),
        "plains": {"type": "array", "minItems": 1, "items": _ref("text")},
        "test": _object(words.TEST_KEYS),
        **_of_tests(),
        "subflow": subflow,
        "body": {"type": "array", "items": _ref("step")},
        "step": {
            "anyOf": [
                {"enum": [verb.name for verb in words.VERBS if verb.bare]},
                *(_ref(name) for name in steps),
            ]
        },
        **steps,
    }


def schema_of_tests() -> Schema:
    """Return the JSON Schema of a file of tests."""
    file = _object(words.TEST_FILE_KEYS)
    definitions = _definitions()
    used: set[str] = set()
    found = {*_named(file)}
    while found - used:
        used |= found
        found = {name for one in used for name in _named(definitions[one])}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "turbo-yaml tests",
        "description": "Tests of a flow: what goes in, what the model says, what must hold.",
        **file,
        "$defs": {name: found for name, found in definitions.items() if name in used},
    }


def _named(part: Any) -> Iterator[str]:
    """Yield the names of the definitions that a part of a schema refers to."""
    if isinstance(part, list):
        for item in part:
            yield from _named(item)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix("#/$defs/")
        for item in part.values():
            yield from _named(item)


def _of_tests() -> Schema:
    """Return what tests are made of."""
    return {
        "test-turn": _object(words.TEST_TURN_KEYS),
        "texts": {"anyOf": [_ref("text"), {"type": "array", "minItems": 1, "items": _ref("text")}]},
        "score": {"type": "number", "minimum": 0, "maximum": LARGEST},
        "rows": {
            "anyOf": [
                _ref("path"),
                {"type": "array", "items": {"type": "object"}},
                _object(words.ROWS_KEYS),
            ]
        },
        "bounds": {"anyOf": [_whole_number(0), _either(BOUNDS_KEYS)]},
        "said": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {role: _ref("text") for role in ("system", "user", "assistant", "tool")},
        },
        "failure": {
            "anyOf": [{"type": "null"}, {"type": "string", "pattern": whole(WORD)}, _object(FAILURE_KEYS)]
        },
        "prices": _object(PRICE_KEYS),
        "sequence": {"anyOf": [_ref("texts"), _object(SEQUENCE_KEYS)]},
        "step-count": _either(COUNT_KEYS),
        "tool-args": _object(TOOL_ARGS_KEYS),
        "expect": {"type": "array", "items": _ref("assertion")},
        "assertion": {
            "anyOf": [
                {"enum": [head for verb in ASSERTIONS.values() if verb.bare for head in _heads(verb)]},
                *(_ref(_name_of(verb)) for verb in ASSERTIONS.values()),
            ]
        },
        **{_name_of(verb): _assertion(verb) for verb in ASSERTIONS.values()},
    }


def _name_of(verb: Verb) -> str:
    return "assert-" + re.sub("[^a-z-]", "-", verb.name.removesuffix("[0]"))


def _heads(verb: Verb) -> list[str]:
    return [verb.name] if verb.name in ALONE else [verb.name, NOT + verb.name]


def _assertion(verb: Verb) -> Schema:
    found = _object(verb.keys)
    about = _described(verb.head)
    if verb.name == "messages[0]":
        found["patternProperties"] = {**_FREE, f"^(?:{NOT})?{MESSAGE}$": about}
        found["minProperties"] = 1
        found["propertyNames"] = {"pattern": f"^(?:(?:{NOT})?{MESSAGE}|of|weight|soft|x-.*)$"}
        found["not"] = {"propertyNames": {"enum": ["of", "weight", "soft"]}}
    else:
        heads = _heads(verb)
        found["properties"] = dict.fromkeys(heads, about) | found["properties"]
        found["oneOf"] = _required_each(heads)
    found["title"] = verb.name
    return found


def _step(verb: Verb) -> Schema:
    found = _object((verb.head, *verb.keys, *words.COMMON_KEYS))
    found["required"] = [verb.name, *verb.required]
    if verb.name == "generate":
        asks = {"properties": {"generate": {"type": "object", "required": ["tools"]}}}
        found.setdefault("dependentSchemas", {})["otherwise"] = asks
    if verb.any_of:
        found["anyOf"] = _required_each(verb.any_of)
    if any(key.slot == "callees" for key in verb.keys):
        named = {"properties": {verb.name: _ref("flow-name")}}
        found |= {"if": {"required": ["among"]}, "then": {"not": named}, "else": named}
    found["title"] = verb.name
    found["description"] = verb.head.doc
    found["defaultSnippets"] = [{"label": verb.name, "description": verb.head.doc, "body": snippet(verb)}]
    return found


def _object(keys: Iterable[Key]) -> Schema:
    """Return the schema of a mapping with these keys."""
    keys = tuple(keys)
    found: Schema = {
        "type": "object",
        "properties": {key.name: _described(key) for key in keys},
        "patternProperties": _FREE,
        "additionalProperties": False,
    }
    required = [key.name for key in keys if key.required]
    if required:
        found["required"] = required
    needs = {key.name: {"anyOf": _required_each(key.needs)} for key in keys if key.needs}
    if needs:
        found["dependentSchemas"] = needs
    apart = [{"not": {"required": [key.name, other]}} for key in keys for other in key.excludes]
    if apart:
        found["allOf"] = apart
    return found


def _one_of(keys: tuple[Key, ...]) -> Schema:
    """Return the schema of a mapping with exactly one of these keys."""
    return {**_object(keys), "oneOf": _required_each(key.name for key in keys)}


def _required_each(names: Iterable[str]) -> list[Schema]:
    return [{"required": [name]} for name in names]


def _either(keys: tuple[Key, ...]) -> Schema:
    """Return the schema of a mapping with a least or a most, or both."""
    return {**_object(keys), "anyOf": _required_each(("min", "max"))}


def _described(key: Key) -> Schema:
    found: Schema = {"description": key.doc}
    if key.default is not None:
        found["default"] = key.default
    return found | _slot(key)


def _slot(key: Key) -> Schema:
    """Return the schema of what may stand under a key."""
    if key.slot == "choice":
        return {"enum": list(key.options)}
    if key.slot == "files":
        names: Schema = _ref("variable") if key.name == "data" else {"pattern": whole(WORD)}
        installed: Schema = {"anyOf": [_ref("path"), {"type": "string", "pattern": whole(INSTALLED)}]}
        return _map(installed if key.name == "use" else _ref("path"), names)
    return _SLOTS[key.slot]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _map(values: Schema, names: Schema | None = None, least: int = 0) -> Schema:
    found: Schema = {"type": "object", "additionalProperties": values}
    if names:
        found["propertyNames"] = names
    if least:
        found["minProperties"] = least
    return found


def _whole_number(least: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": LARGEST}


def _duration(zero: bool) -> Schema:
    text = whole(DURATION) if zero else rf"^(?=.*[1-9])(?:{DURATION})$"
    number: Schema = {"type": "number", "maximum": LARGEST}
    number["minimum" if zero else "exclusiveMinimum"] = 0
    return {"anyOf": [{"type": "string", "pattern": text}, number]}


def _type() -> Schema:
    """Return the schema of a type; what the keys of a type's mapping mean is beyond it."""
    return {
        "description": "A type: `string`, `[string]`, `{a: integer, b?: string}`, or JSON Schema.",
        "anyOf": [
            {"enum": list(NAMES)},
            {"type": "string", "pattern": rf"^\s*(?:{'|'.join(NAMES)})\s*,"},
            {"type": "null"},
            {"type": "array", "minItems": 1, "maxItems": 1, "items": _ref("type")},
            {"type": "object"},
        ],
    }


def _turn() -> Schema:
    found = _object(words.TURN_KEYS)
    for name, key in STEP.keys.items():
        if name not in found["properties"]:
            about = key_schema(key)
            outer = {word: about.pop(word) for word in ("description", "default") if word in about}
            found["properties"][name] = outer | {"anyOf": [about, _ref("template")]}
    return {"anyOf": [{"type": "null"}, found]}


_SLOTS: dict[Slot, Schema] = {
    "text": _ref("text"),
    "said": _ref("text"),
    "plain": _ref("text"),
    "word": {"type": "string", "pattern": whole(WORD)},
    "expression": _ref("text"),
    "bool": {"type": "boolean"},
    "whole": _whole_number(0),
    "count": _ref("count"),
    "number": {"type": "number", "minimum": 1, "maximum": LARGEST},
    "duration": _ref("duration"),
    "delay": _ref("delay"),
    "pause": {"anyOf": [_ref("delay"), _ref("template")]},
    "flow": _ref("flow-name"),
    "callee": {"anyOf": [_ref("flow-name"), _ref("template")]},
    "callees": {"type": "array", "minItems": 1, "uniqueItems": True, "items": _ref("flow-name")},
    "tool": _ref("tool-name"),
    "path": _ref("path"),
    "target": _ref("variable"),
    "targets": {"type": "string", "pattern": whole(rf"\s*{_ITEM}\s*(?:,\s*{_ITEM}\s*)*")},
    "value": {},
    "data": {},
    "type": _ref("type"),
    "parameters": {"type": "object"},
    "lines": {"type": "string", "pattern": r"(?:^|[^{])\{\s*[A-Za-z_]\w*\??(?::\w+)?\s*\}"},
    "labels": _ref("labels"),
    "words": {"type": "array", "items": {"type": "string", "pattern": whole(WORD)}},
    "offer": {"type": "array", "minItems": 1, "items": _ref("tool-name")},
    "plains": _ref("plains"),
    "headers": _map(_ref("text")),
    "values": _map({}, _ref("variable"), least=1),
    "arguments": {"type": "object"},
    "none": {"type": "null"},
    "content": {"anyOf": [_ref("text"), {"type": "array", "minItems": 1, "items": _ref("part")}]},
    "examples": {"anyOf": [_ref("pair"), {"type": "array", "minItems": 1, "items": _ref("pair")}]},
    "history": {"anyOf": [{"type": "array"}, _ref("template")]},
    "body": _ref("body"),
    "cases": _map(_ref("body"), least=1),
    "elifs": {"type": "array", "items": _ref("elif")},
    "branches": _map(_ref("body"), _ref("variable"), least=1),
    "turn": _ref("turn"),
    "request": {"type": "string", "pattern": whole(REQUEST)},
    "server": _ref("server"),
    "retry": _ref("retry"),
    "forget": _ref("forget"),
    "version": {"const": words.VERSION},
    "inputs": {"type": "object", "additionalProperties": _ref("type")},
    "settings": _ref("settings"),
    "profiles": _map(_ref("settings")),
    "memory": _ref("memory"),
    "tools": _map(_ref("tool"), {"pattern": whole(WORD)}),
    "flows": _map(_ref("subflow"), {"pattern": whole(WORD)}),
    "tests": {"type": "array", "items": _ref("test")},
    "test_text": _ref("text"),
    "test_value": {},
    "json_type": _ref("type"),
    "alone": {"type": "null"},
    "texts": _ref("texts"),
    "score": _ref("score"),
    "given": {"type": "object"},
    "answer": {},
    "answers": {"type": "array"},
    "replies": {"type": "array"},
    "results": {"type": "object"},
    "test_turns": {"type": "array", "items": _ref("test-turn")},
    "rows": _ref("rows"),
    "expect": _ref("expect"),
    "bounds": _ref("bounds"),
    "chat": _ref("said"),
    "failure": _ref("failure"),
    "prices": _ref("prices"),
    "sequence": _ref("sequence"),
    "step_count": _ref("step-count"),
    "tool_args": _ref("tool-args"),
}

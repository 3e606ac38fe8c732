"""The keywords of JSON Schema 2020-12, and what is wrong with a schema that uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from turbo_yaml.diagnostics.suggest import did_you_mean, nearest, suggestion
from turbo_yaml.records import Record
from turbo_yaml.types.schema.shapes import at_pointer

Path: TypeAlias = tuple[str | int, ...]
Form: TypeAlias = Literal[
    "schema", "schemas", "schema map", "types", "text", "pattern", "ref", "flag", "number", "positive",
    "count", "names", "names map", "labels", "list", "any",
]  # fmt: skip

TYPE_NAMES: Final = ("string", "integer", "number", "boolean", "object", "array", "null")

KEYWORDS: Final[dict[str, Form]] = {
    "type": "types",
    "enum": "labels",
    "const": "any",
    "$ref": "ref",
    "$defs": "schema map",
    "definitions": "schema map",
    "anyOf": "schemas",
    "oneOf": "schemas",
    "allOf": "schemas",
    "not": "schema",
    "if": "schema",
    "then": "schema",
    "else": "schema",
    "properties": "schema map",
    "required": "names",
    "additionalProperties": "schema",
    "patternProperties": "schema map",
    "propertyNames": "schema",
    "minProperties": "count",
    "maxProperties": "count",
    "dependentRequired": "names map",
    "dependentSchemas": "schema map",
    "unevaluatedProperties": "schema",
    "items": "schema",
    "prefixItems": "schemas",
    "contains": "schema",
    "minContains": "count",
    "maxContains": "count",
    "minItems": "count",
    "maxItems": "count",
    "uniqueItems": "flag",
    "unevaluatedItems": "schema",
    "minimum": "number",
    "maximum": "number",
    "exclusiveMinimum": "number",
    "exclusiveMaximum": "number",
    "multipleOf": "positive",
    "minLength": "count",
    "maxLength": "count",
    "pattern": "pattern",
    "format": "text",
    "contentEncoding": "text",
    "contentMediaType": "text",
    "contentSchema": "schema",
    "title": "text",
    "description": "text",
    "default": "any",
    "examples": "list",
    "deprecated": "flag",
    "readOnly": "flag",
    "writeOnly": "flag",
    "$comment": "text",
    "$schema": "text",
    "$id": "text",
}

REFUSED: Final = {
    "$anchor": "name it under `$defs` and refer to `#/$defs/name`",
    "$dynamicAnchor": "name it under `$defs` and refer to `#/$defs/name`",
    "$dynamicRef": "refer to `#/$defs/name` with `$ref`",
    "$recursiveRef": "refer to `#` with `$ref`",
    "$recursiveAnchor": "refer to `#` with `$ref`",
    "$vocabulary": "leave it out: the vocabulary is that of JSON Schema 2020-12",
    "dependencies": "write `dependentRequired` or `dependentSchemas`",
    "additionalItems": "write `prefixItems` for the first items and `items` for the others",
}
"""Keywords of this or older drafts that are not understood, with what to write instead."""

IN_PLACE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
"""Keywords whose schemas judge the same value as the schema that they stand in."""


class SchemaProblem(Record):
    """What is wrong with a schema: where, whether the key itself is to blame, and the next move."""

    path: Path
    rule: str
    message: str
    help: str | None = None
    at_key: bool = False


def is_keyword(key: str) -> bool:
    """Tell whether a key belongs to JSON Schema, or is free for other tools."""
    return key in KEYWORDS or key in REFUSED or key.startswith("x-")


def schema_problems(schema: Any, *, closed: bool = True) -> list[SchemaProblem]:
    """Return what is wrong with a schema, as plain data. `closed`: unknown keywords are mistakes too."""
    found: list[SchemaProblem] = []
    seen: set[str] = set()
    for path, part in subschemas(schema):
        if isinstance(part, bool):
            continue
        if not isinstance(part, Mapping):
            found.append(SchemaProblem(path, "wrong-schema", "a schema is a map, `true` or `false`"))
            continue
        seen.update(part)
        for key, value in part.items():
            found.extend(_keyword_problems(key, value, path, schema, closed))
    if {"patternProperties", "unevaluatedProperties"} <= seen:
        message = "`unevaluatedProperties` and `patternProperties` cannot stand in one type"
        found.append(SchemaProblem((), "wrong-schema", message, "close the map with `additionalProperties`"))
    if not found:
        found.extend(_endless(schema))
    return found


def subschemas(schema: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give every place of a schema where a schema stands, itself included, with what stands there."""
    waiting: list[tuple[Path, Any]] = [(path, schema)]
    while waiting:
        here, part = waiting.pop()
        yield here, part
        if not isinstance(part, Mapping):
            continue
        for key, value in part.items():
            match KEYWORDS.get(key):
                case "schema":
                    waiting.append(((*here, key), value))
                case "schemas" if isinstance(value, list):
                    waiting.extend(((*here, key, i), each) for i, each in enumerate(value))
                case "schema map" if isinstance(value, Mapping):
                    waiting.extend(((*here, key, name), each) for name, each in value.items())


def _keyword_problems(key: Any, value: Any, path: Path, root: Any, closed: bool) -> Iterator[SchemaProblem]:
    at = (*path, key)
    form = KEYWORDS.get(key)
    if key in REFUSED:
        yield SchemaProblem(at, "unknown-keyword", f"`{key}` cannot be used here", REFUSED[key], at_key=True)
    elif form is None:
        if closed and not str(key).startswith("x-"):
            message = f"`{key}` is not a keyword of JSON Schema"
            yield SchemaProblem(at, "unknown-keyword", message, _keyword_help(str(key)), at_key=True)
    elif key == "$id" and path:
        yield SchemaProblem(at, "unknown-keyword", "`$id` can only stand at the top", at_key=True)
    elif form == "ref":
        yield from _ref_problems(value, at, root)
    elif form == "types":
        yield from _type_problems(value, at)
    else:
        wanted = _WANTED[form]
        if not wanted.fits(value):
            flag = key == "required" and not isinstance(value, list)
            help = "what has no `?` at the end of its name is required" if flag else None
            yield SchemaProblem(at, "wrong-schema", f"`{key}` takes {wanted.words}", help)
        elif form == "pattern":
            yield from _pattern_problems(value, at)
        elif key == "patternProperties":
            for pattern in value:
                yield from _pattern_problems(pattern, (*at, pattern), at_key=True)


def _keyword_help(key: str) -> str:
    near = nearest(key, KEYWORDS)
    if near is not None:
        return suggestion(key, near, KEYWORDS)
    return (
        "inside JSON Schema every map is JSON Schema: a map with fields is `{type: object, properties: {…}}`"
    )


def _ref_problems(value: Any, at: Path, root: Any) -> Iterator[SchemaProblem]:
    if type(value) is not str or not (value == "#" or value.startswith("#/")):
        message = "`$ref` leads out of this type"
        yield SchemaProblem(
            at, "remote-ref", message, "write the type under `$defs` and refer to `#/$defs/name`"
        )
        return
    try:
        target = at_pointer(root, value[1:])
    except KeyError:
        target = None
    if not isinstance(target, Mapping | bool):
        names = [f"#/$defs/{name}" for name in _defined(root)]
        yield SchemaProblem(
            at, "unknown-ref", "`$ref` leads to nothing in this type", did_you_mean(value, names)
        )


def _defined(root: Any) -> list[str]:
    defined = root.get("$defs") if isinstance(root, Mapping) else None
    return [str(name) for name in defined] if isinstance(defined, Mapping) else []


def _type_problems(value: Any, at: Path) -> Iterator[SchemaProblem]:
    names = value if isinstance(value, list) and value else [value]
    for i, name in enumerate(names):
        if not (isinstance(name, str) and name in TYPE_NAMES):
            shown = f"`{name}`" if isinstance(name, str) else "this"
            hint = TYPE_SYNONYMS.get(str(name).casefold()) or did_you_mean(str(name), TYPE_NAMES)
            place = (*at, i) if names is value else at
            yield SchemaProblem(place, "unknown-type", f"{shown} is not a type of JSON Schema", hint)
    if names is value and len(set(map(str, names))) < len(names):
        yield SchemaProblem(at, "wrong-schema", "`type` names a type twice")


TYPE_SYNONYMS: Final = {
    "int": "in JSON Schema it is `integer`",
    "float": "in JSON Schema it is `number`",
    "bool": "in JSON Schema it is `boolean`",
    "str": "in JSON Schema it is `string`",
    "text": "in JSON Schema it is `string`",
    "list": "in JSON Schema it is `array`",
    "dict": "in JSON Schema it is `object`",
    "map": "in JSON Schema it is `object`",
    "any": "in JSON Schema any value is allowed where there is no `type`",
}


def _pattern_problems(pattern: str, at: Path, at_key: bool = False) -> Iterator[SchemaProblem]:
    from turbo_yaml.types.pattern.matching import compile_pattern
    from turbo_yaml.types.pattern.tree import PatternProblem

    try:
        compile_pattern(pattern)
    except PatternProblem as problem:
        message = f"the pattern cannot be used: {problem.message}, at character {problem.at + 1}"
        yield SchemaProblem(at, "wrong-pattern", message, problem.hint, at_key)


class _Wanted(Record):
    fits: Callable[[Any], bool]
    words: str


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and value - value == 0


def _is_names(value: Any) -> bool:
    return (
        isinstance(value, list) and all(type(each) is str for each in value) and len(set(value)) == len(value)
    )


def _is_name_map(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, Mapping) and all(type(key) is str and fits(each) for key, each in value.items())


_WANTED: Final[dict[Form, _Wanted]] = {
    "schema": _Wanted(lambda v: True, "a schema"),  # looked at in its own place
    "schemas": _Wanted(lambda v: isinstance(v, list) and bool(v), "a list of one schema or more"),
    "schema map": _Wanted(lambda v: _is_name_map(v, lambda each: True), "a map of names to schemas"),
    "text": _Wanted(lambda v: type(v) is str, "text"),
    "pattern": _Wanted(lambda v: type(v) is str, "a regular expression, as text"),
    "flag": _Wanted(lambda v: type(v) is bool, "`true` or `false`"),
    "number": _Wanted(_is_number, "a number"),
    "positive": _Wanted(lambda v: _is_number(v) and v > 0, "a number above 0"),
    "count": _Wanted(lambda v: _is_number(v) and v >= 0 and v == int(v), "a whole number from 0"),
    "names": _Wanted(_is_names, "a list of names, each once"),
    "names map": _Wanted(lambda v: _is_name_map(v, _is_names), "a map of names to lists of names"),
    "labels": _Wanted(lambda v: isinstance(v, list) and bool(v), "a list of one value or more"),
    "list": _Wanted(lambda v: isinstance(v, list), "a list"),
    "any": _Wanted(lambda v: True, "any value"),
}


def _endless(root: Any) -> Iterator[SchemaProblem]:
    """Find a schema that judges a value by itself judging the same value."""
    done: set[int] = set()
    for path, part in subschemas(root):
        if (
            isinstance(part, Mapping)
            and "$ref" in part
            and id(part) not in done
            and _returns(part, root, done)
        ):
            yield SchemaProblem((*path, "$ref"), "endless-type", "this `$ref` leads back to itself")
            return


def _returns(start: Mapping[str, Any], root: Any, done: set[int]) -> bool:
    """Walk depth first over what judges the same value; tell whether a schema on the way comes again."""
    on_the_way = {id(start)}
    stack = [(start, _same_value(start, root))]
    while stack:
        part, followers = stack[-1]
        follower = next(followers, None)
        if follower is None:
            stack.pop()
            on_the_way.discard(id(part))
            done.add(id(part))
        elif id(follower) in on_the_way:
            return True
        elif id(follower) not in done:
            on_the_way.add(id(follower))
            stack.append((follower, _same_value(follower, root)))
    return False


def _same_value(part: Mapping[str, Any], root: Any) -> Iterator[Mapping[str, Any]]:
    followers: list[Any] = []
    for key in IN_PLACE:
        value = part.get(key)
        followers.extend(value if isinstance(value, list) else [value])
    followers.extend((part.get("dependentSchemas") or {}).values())
    if "$ref" in part:
        followers.append(at_pointer(root, part["$ref"][1:]))
    return (each for each in followers if isinstance(each, Mapping))

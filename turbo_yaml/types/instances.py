"""A type to the smallest data that fits it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from copy import deepcopy
from itertools import islice
from typing import Any, Final, TypeAlias

from turbo_yaml.errors import UsageError
from turbo_yaml.types.pattern.matching import compile_pattern
from turbo_yaml.types.schema.closures import Compiler
from turbo_yaml.types.schema.equality import equal, key_of
from turbo_yaml.types.schema.findings import Check, TooMuchWork
from turbo_yaml.types.schema.shapes import at_pointer
from turbo_yaml.types.validation import compile_validator

_MAX_DEPTH: Final = 100
_MAX_TRIES: Final = 64
_MAX_OPTIONS: Final = 4
_MAX_SIZE: Final = 1000
_MAX_STEPS: Final = 20_000
_JOINING: Final = ("$ref", "allOf", "anyOf", "oneOf")
_FORMATS: Final = {
    "date": "2000-01-01",
    "time": "00:00:00Z",
    "date-time": "2000-01-01T00:00:00Z",
    "duration": "PT0S",
    "email": "a@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "uri": "https://example.com",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
_ORDER: Final = ("object", "array", "string", "integer", "number", "boolean", "null")


def minimal_instance(schema: Mapping[str, Any] | bool) -> Any:
    """Return small data that fits a type, always the same; `UsageError` where none is found."""
    validator = compile_validator(schema)
    try:
        for value in islice(_Maker(schema).values(schema, ()), _MAX_TRIES):
            if not validator(value):
                return value
    except TooMuchWork:
        pass
    raise UsageError(
        "no value was found that fits the type", hint="look for bounds that contradict each other"
    )


Way: TypeAlias = tuple[str, ...]
Form: TypeAlias = tuple[dict[str, Any], Way]


class _Maker:
    """Makes values that probably fit, the smallest first. `steps` bounds the search."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.steps = _MAX_STEPS
        self.compiler = Compiler(root)
        self.checks: dict[int, Check | None] = {}

    def fits(self, schema: Any, value: Any) -> bool:
        """Tell whether a value fits a part of the type, as far as its everyday keywords tell."""
        if id(schema) not in self.checks:
            self.checks[id(schema)] = self.compiler.check(schema)
        check = self.checks[id(schema)]
        return check is None or check(value) is None

    def values(self, schema: Any, way: Way) -> Iterator[Any]:
        """Give values that fit. `way` has the references followed to get there, and a mark a level."""
        for value in self.candidates(schema, way):
            self.steps -= 1
            if self.steps < 0:
                return
            if self.fits(schema, value):
                yield value

    def candidates(self, schema: Any, way: Way) -> Iterator[Any]:
        """Give values that probably fit."""
        if len(way) > _MAX_DEPTH or schema is False:
            return
        if not isinstance(schema, Mapping):
            yield None
            return
        for form, onward in self.forms(schema, (*way, "")):
            if "const" in form:
                yield deepcopy(form["const"])
            elif "enum" in form:
                yield from map(deepcopy, form["enum"])
            else:
                for kind in _kinds(form):
                    yield from self.of_kind(kind, form, onward)

    def forms(self, schema: Any, way: Way) -> Iterator[Form]:
        """Give a type with all that it refers to put into it, one for each way to fit it."""
        self.steps -= 1
        if len(way) > _MAX_DEPTH or self.steps < 0 or schema is False:
            return
        if not isinstance(schema, Mapping):
            yield {}, way
            return
        here = {key: value for key, value in schema.items() if key not in _JOINING}
        parts: list[list[Any]] = [[part] for part in schema.get("allOf", ())]
        for key in ("anyOf", "oneOf"):
            if key in schema:
                parts.append(sorted(schema[key], key=lambda part: _leads_to(part) in way))
        if "$ref" in schema:
            parts.append([at_pointer(self.root, schema["$ref"][1:])])
            way = (*way, schema["$ref"])
        yield from self.joined(here, parts, way)

    def joined(
        self, form: dict[str, Any], parts: list[list[Any]], way: Way
    ) -> Iterator[tuple[dict[str, Any], Way]]:
        """Give a form with one of each list of parts put into it."""
        if not parts:
            yield form, way
            return
        for option in parts[0]:
            for inner, onward in self.forms(option, way):
                yield from self.joined(_merged(form, inner), parts[1:], onward)

    def of_kind(self, kind: str, form: Mapping[str, Any], way: Way) -> Iterator[Any]:
        match kind:
            case "object":
                yield from self.maps(form, way)
            case "array":
                yield from self.lists(form, way)
            case "string":
                yield from _texts(form)
            case "integer" | "number":
                yield from _numbers(form, whole=kind == "integer")
            case "boolean":
                yield from (False, True)
            case "null":
                yield None

    def maps(self, form: Mapping[str, Any], way: Way) -> Iterator[dict[str, Any]]:
        declared: Mapping[str, Any] = form.get("properties", {})
        others = form.get("additionalProperties", True)
        names = list(dict.fromkeys(form.get("required", ())))
        fewest = int(form.get("minProperties", 0))
        if fewest > _MAX_SIZE:
            return
        names += [name for name in declared if name not in names][: max(0, fewest - len(names))]
        names += [f"key{i}" for i in range(1, fewest - len(names) + 1)]
        options = [list(islice(self.values(declared.get(name, others), way), _MAX_OPTIONS)) for name in names]
        if not all(options):
            return
        first = {name: values[0] for name, values in zip(names, options, strict=True)}
        yield first
        for name, values in zip(names, options, strict=True):
            for value in values[1:]:
                yield {**first, name: value}

    def lists(self, form: Mapping[str, Any], way: Way) -> Iterator[list[Any]]:
        fewest = int(max(form.get("minItems", 0), form.get("minContains", 1) if "contains" in form else 0))
        heads = form.get("prefixItems", ())[:fewest]
        each = form.get("contains", form.get("items", True))
        if fewest > _MAX_SIZE:
            return
        options = [list(islice(self.values(part, way), _MAX_OPTIONS)) for part in heads]
        if len(heads) < fewest:
            some = list(islice(self.values(each, way), _MAX_OPTIONS))
            more = [value for value in _neighbours(some, fewest) if self.fits(each, value)]
            options += [some + more] * (fewest - len(heads))
        made: list[Any] = []
        taken: set[Hashable] = set()
        for values in options:
            fresh = values[:1] if not form.get("uniqueItems") else _untaken(values, taken)
            if not fresh:
                return
            made.append(deepcopy(fresh[0]))
            taken.add(key_of(fresh[0]))
        yield made


def _leads_to(part: Any) -> str | None:
    return part.get("$ref") if isinstance(part, Mapping) else None


def _untaken(values: list[Any], taken: set[Hashable]) -> list[Any]:
    """Return the first value that is not taken, after those that are: they are passed over once for all."""
    while values and key_of(values[0]) in taken:
        del values[0]
    return values[:1]


def _neighbours(values: list[Any], many: int) -> Iterator[Any]:
    """Give numbers and texts next to the given ones, so that many can differ."""
    for value in values:
        if type(value) is int:
            yield from range(value + 1, value + many)
            yield from range(value - 1, value - many, -1)
        elif type(value) is str:
            yield from (f"{value}{i}" for i in range(1, many))


def _kinds(form: Mapping[str, Any]) -> list[str]:
    declared = form.get("type")
    if isinstance(declared, str):
        return [declared]
    if isinstance(declared, list):
        return list(declared)
    kinds = [kind for kind, keywords in _SAID_BY.items() if not keywords.isdisjoint(form)]
    return kinds + [kind for kind in reversed(_ORDER) if kind not in kinds]


_SAID_BY: Final = {
    "object": frozenset(("properties", "required", "additionalProperties", "minProperties", "maxProperties")),
    "array": frozenset(("items", "prefixItems", "minItems", "maxItems", "contains")),
    "string": frozenset(("minLength", "maxLength", "pattern", "format")),
    "number": frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
}


def _merged(form: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return a type that asks for what both ask for, as far as that is plain."""
    merged = dict(form)
    for key, value in other.items():
        if key not in merged:
            merged[key] = value
        elif key in ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"):
            merged[key] = max(merged[key], value)
        elif key in ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"):
            merged[key] = min(merged[key], value)
        elif key == "required":
            merged[key] = [*merged[key], *value]
        elif key == "properties":
            merged[key] = {**merged[key], **{n: _both(merged[key].get(n, True), p) for n, p in value.items()}}
        elif key in ("items", "additionalProperties"):
            merged[key] = _both(merged[key], value)
        elif key == "enum":
            merged[key] = [label for label in merged[key] if any(equal(label, each) for each in value)]
        elif key == "type":
            merged[key] = _both_types(merged[key], value)
    return merged


def _both(one: Any, other: Any) -> Any:
    if one is True or other is True:
        return one if other is True else other
    return False if one is False or other is False else {"allOf": [one, other]}


def _both_types(one: str | list[str], other: str | list[str]) -> list[str]:
    first, second = ([each] if isinstance(each, str) else each for each in (one, other))
    shared = [each for each in first if each in second]
    if "number" in first + second and "integer" in first + second and "integer" not in shared:
        shared.append("integer")
    return shared


def _texts(form: Mapping[str, Any]) -> Iterator[str]:
    shortest = int(form.get("minLength", 0))
    if "pattern" in form:
        example = compile_pattern(form["pattern"]).example(shortest)
        if example is not None:
            yield example
    if form.get("format") in _FORMATS:
        yield _FORMATS[form["format"]]
    if shortest <= 1_000_000:
        yield "a" * shortest


def _numbers(form: Mapping[str, Any], whole: bool) -> Iterator[float]:
    """Give 0 and the numbers next to each bound."""
    step = form.get("multipleOf")
    bounds = [
        form[key] for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum") if key in form
    ]
    yield 0
    if step is not None:
        for bound in bounds:
            for times in (-(-bound // step), bound // step + 1, bound // step - 1, bound // step):
                value = times * step
                yield int(value) if float(value).is_integer() else value
    for bound in bounds:
        for value in (
            (bound, bound + 1, bound - 1) if not whole else (int(bound), int(bound) + 1, int(bound) - 1)
        ):
            yield int(value) if float(value).is_integer() else value
    for low in bounds:
        for high in bounds:
            if low < high and not whole:
                yield (low + high) / 2

"""Schemas beyond everyday types to the `jsonschema` library, in our words and within our bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from turbo_yaml.records import replace
from turbo_yaml.types.schema.findings import (
    MAX_FINDINGS,
    Check,
    Finding,
    TooMuchWork,
    nearest_option,
)
from turbo_yaml.types.schema.keyword_checks import is_multiple, pattern_problem
from turbo_yaml.types.schema.words import counted, shown, some_of, wrong_type

_MAX_FOLLOWED: Final = 10_000
"""How many references one check of a value may follow, about a second."""


def library_check(schema: Mapping[str, Any] | bool) -> Check:
    """Return the check of any legal schema. Loads the library: a tenth of a second the first time."""
    followed = _Followed()
    validator = _validator_class(followed)(schema, registry=_no_registry())

    def check(value: Any) -> list[Finding] | None:
        followed.times = 0
        found: list[Finding] = []
        for error in validator.iter_errors(value):
            found += _findings(error)
            if len(found) >= MAX_FINDINGS:
                break
        return found or None

    return check


class _Followed:
    """Counts the references that one check of a value follows."""

    def __init__(self) -> None:
        self.times = 0

    def counting(self, follow: Any) -> Any:
        """Return the library's own way to follow a reference, counted."""

        def counted_follow(validator: Any, ref: str, value: Any, schema: Any) -> Iterator[Any]:
            self.times += 1
            if self.times > _MAX_FOLLOWED:
                raise TooMuchWork
            yield from follow(validator, ref, value, schema)

        return counted_follow


def _no_registry() -> Any:
    from referencing import Registry

    return Registry()  # it knows no document and fetches none


def _validator_class(followed: _Followed) -> Any:
    from jsonschema import Draft202012Validator, TypeChecker, validators

    exact: Any = {
        "string": lambda _, value: type(value) is str,
        "boolean": lambda _, value: type(value) is bool,
        "null": lambda _, value: value is None,
        "array": lambda _, value: type(value) is list,
        "object": lambda _, value: type(value) is dict,
        "integer": lambda _, value: type(value) is int or (type(value) is float and value.is_integer()),
        "number": lambda _, value: type(value) is int or (type(value) is float and value - value == 0),
    }
    ours = {
        "$ref": followed.counting(Draft202012Validator.VALIDATORS["$ref"]),
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "multipleOf": _multiple_of,
    }
    extend: Any = validators.extend
    return extend(Draft202012Validator, ours, type_checker=TypeChecker(exact))


# The library's own four either search with `re`, which can take for ever, or count in binary fractions.


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    for finding in (pattern_problem(pattern, value) if type(value) is str else None) or ():
        yield ValidationError(finding.message)


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], value: Any, schema: Any
) -> Iterator[Any]:
    if type(value) is not dict:
        return
    for pattern, part in patterns.items():
        for name, item in value.items():
            if pattern_problem(pattern, name) is None:
                yield from validator.descend(item, part, path=name, schema_path=pattern)


def _additional_properties(validator: Any, part: Any, value: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if type(value) is not dict:
        return
    declared, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, item in value.items():
        if name in declared or any(pattern_problem(pattern, name) is None for pattern in patterns):
            continue
        if part is False:
            yield ValidationError("is not a field here", path=[name])
        else:
            yield from validator.descend(item, part, path=name)


def _multiple_of(validator: Any, step: float, value: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(value, "number") and not is_multiple(value, step):
        yield ValidationError(f"{shown(value)} is not a multiple of {shown(step)}")


def _findings(error: Any) -> list[Finding]:
    """Return the library's error in our words; its own would name Python values."""
    path = tuple(error.absolute_path)
    rule = str(error.validator)
    value, wanted = error.instance, error.validator_value
    match rule:
        case "required":
            names = [each for each in wanted if error.message == f"{each!r} is a required property"]
            return [Finding((*path, *names), "is missing", rule, " ")]
        case "additionalProperties":
            return [Finding(path, error.message, rule, " ")]
        case "anyOf" | "oneOf" if error.context:
            return [replace(each, path=(*path, *each.path)) for each in _options(error)]
        case "None":  # a schema that is `false`
            return [Finding(path, "nothing may stand here", "false")]
    return [Finding(path, _words(rule, wanted, value, error), rule)]


def _options(error: Any) -> list[Finding]:
    """Return the findings of the form that the value was most likely meant for."""
    forms: dict[Any, list[Finding]] = {}
    depth = len(error.absolute_path)
    for i, child in enumerate(error.context):
        found = [replace(each, path=each.path[depth:]) for each in _findings(child)]
        forms.setdefault(child.schema_path[0] if child.schema_path else f"false {i}", []).extend(found)
    return nearest_option(list(forms.values()), error.instance, str(error.validator))


def _words(rule: str, wanted: Any, value: Any, error: Any) -> str:
    match rule:
        case "type":
            return wrong_type(value, [wanted] if isinstance(wanted, str) else wanted)
        case "enum" | "const":
            return f"{shown(value)} is not {some_of(wanted if rule == 'enum' else [wanted])}"
        case "pattern" | "multipleOf":
            return str(error.message)
        case "minLength" | "maxLength":
            size = counted(wanted, "character", "characters")
            return f"{shown(value)} is {'shorter' if rule == 'minLength' else 'longer'} than {size}"
        case "uniqueItems":
            return "an item is there more than once"
        case "unevaluatedProperties" | "unevaluatedItems":
            return "it has more than the type allows"
        case "propertyNames":
            return f"the key {shown(value)} is not allowed"
        case "not":
            return f"{shown(value)} is what the type rules out"
        case "contains":
            return "too few or too many of its items are of the wanted kind"
        case "dependentRequired":
            return "a field is missing that another one asks for"
    return _bound(rule, wanted, value)


def _bound(rule: str, wanted: Any, value: Any) -> str:
    bounds = {"minimum": "less than", "maximum": "more than", "exclusiveMinimum": "not more than",
              "exclusiveMaximum": "not less than"}  # fmt: skip
    if rule in bounds:
        return f"{shown(value)} is {bounds[rule]} {shown(wanted)}"
    amounts = {"minItems": "fewer", "maxItems": "more", "minProperties": "fewer", "maxProperties": "more"}
    if rule in amounts:
        kind = "items" if rule.endswith("Items") else "fields"
        return f"there are {len(value)} {kind}, {amounts[rule]} than {wanted}"
    return f"{shown(value)} does not fit `{rule}`"

"""Keywords about one kind of value to closures that judge it.

Each function looks at its own keywords of a schema and returns None where none of them is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from turbo_yaml.diagnostics.suggest import nearest
from turbo_yaml.types.schema.equality import equal, key_of
from turbo_yaml.types.schema.findings import MAX_FINDINGS, Check, Finding, one, under
from turbo_yaml.types.schema.words import counted, shown, some_of

if TYPE_CHECKING:
    from fractions import Fraction

    from turbo_yaml.types.schema.closures import Compiler


def labels_check(_: Compiler, schema: Mapping[str, Any]) -> Check | None:
    if "enum" not in schema and "const" not in schema:
        return None
    legal: list[Any] = schema["enum"] if "enum" in schema else [schema["const"]]
    if "enum" in schema and "const" in schema:
        legal = [each for each in legal if equal(each, schema["const"])]
    rule = "enum" if "enum" in schema else "const"
    keys = frozenset(map(key_of, legal))
    texts = frozenset(each for each in legal if type(each) is str)

    def labels(value: Any) -> list[Finding] | None:
        if type(value) is str:
            if value in texts:
                return None
            near = nearest(value, texts)
            hint = f"; did you mean `{near}`?" if near else ""
        elif key_of(value) in keys:
            return None
        else:
            hint = ""
        return one(f"{shown(value)} is not {some_of(legal)}{hint}", rule)

    return labels


def numbers_check(_: Compiler, schema: Mapping[str, Any]) -> Check | None:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = schema.get("multipleOf")
    if low is high is above is below is step is None:
        return None

    def numbers(value: Any) -> list[Finding] | None:
        if type(value) is not int and type(value) is not float:
            return None
        if low is not None and value < low:
            return one(f"{shown(value)} is less than {shown(low)}", "minimum")
        if high is not None and value > high:
            return one(f"{shown(value)} is more than {shown(high)}", "maximum")
        if above is not None and value <= above:
            return one(f"{shown(value)} is not more than {shown(above)}", "exclusiveMinimum")
        if below is not None and value >= below:
            return one(f"{shown(value)} is not less than {shown(below)}", "exclusiveMaximum")
        if step is not None and not is_multiple(value, step):
            return one(f"{shown(value)} is not a multiple of {shown(step)}", "multipleOf")
        return None

    return numbers


def is_multiple(value: float, step: float) -> bool:
    """Tell whether a number is a multiple of another as people write them: 0.3 is one of 0.1."""
    return value - value == 0 and _exact(value) % _exact(step) == 0


def _exact(number: float) -> Fraction:
    from fractions import Fraction

    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def texts_check(_: Compiler, schema: Mapping[str, Any]) -> Check | None:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    pattern = None
    if "pattern" in schema:
        from turbo_yaml.types.pattern.matching import compile_pattern

        pattern = compile_pattern(schema["pattern"]).text
    if not shortest and longest is None and pattern is None:
        return None

    def texts(value: Any) -> list[Finding] | None:
        if type(value) is not str:
            return None
        size = len(value)
        if size < shortest:
            wanted = counted(shortest, "character", "characters")
            return one(f"{shown(value)} is shorter than {wanted}", "minLength")
        if longest is not None and size > longest:
            wanted = counted(longest, "character", "characters")
            return one(f"{shown(value)} is longer than {wanted}: it has {size}", "maxLength")
        return None if pattern is None else pattern_problem(pattern, value)

    return texts


def pattern_problem(pattern: str, value: str) -> list[Finding] | None:
    """Return what is wrong with a text that must match a pattern."""
    from turbo_yaml.types.pattern.matching import TextTooLong, compile_pattern

    try:
        if compile_pattern(pattern).found_in(value):
            return None
    except TextTooLong as problem:
        return one(str(problem), "pattern")
    return one(f"{shown(value)} does not match the pattern `{pattern}`", "pattern")


def lists_check(compiler: Compiler, schema: Mapping[str, Any]) -> Check | None:
    items = compiler.check(schema.get("items", True))
    shortest, longest = schema.get("minItems", 0), schema.get("maxItems")
    unique = schema.get("uniqueItems", False)
    if items is None and not shortest and longest is None and not unique:
        return None

    def lists(value: Any) -> list[Finding] | None:
        if type(value) is not list:
            return None
        found: list[Finding] = []
        if len(value) < shortest:
            found += one(f"there are {len(value)} items, fewer than {shortest}", "minItems")
        if longest is not None and len(value) > longest:
            found += one(f"there are {len(value)} items, more than {longest}", "maxItems")
        if unique and (twice := _first_twice(value)) is not None:
            found += one(f"{shown(value[twice])} is there more than once", "uniqueItems")
        if items is not None:
            for i, item in enumerate(value):
                wrong = items(item)
                if wrong is not None:
                    found += under(i, wrong)
                    if len(found) >= MAX_FINDINGS:
                        break
        return found or None

    return lists


def _first_twice(value: list[Any]) -> int | None:
    seen = set()
    for i, item in enumerate(value):
        key = key_of(item)
        if key in seen:
            return i
        seen.add(key)
    return None


def maps_check(compiler: Compiler, schema: Mapping[str, Any]) -> Check | None:
    declared: Mapping[str, Any] = schema.get("properties", {})
    fields = {name: compiler.check(part) for name, part in declared.items()}
    others: Check | None = None
    closed = schema.get("additionalProperties", True) is False
    if not closed:
        others = compiler.check(schema.get("additionalProperties", True))
    required: tuple[str, ...] = tuple(schema.get("required", ()))
    size = _map_size(schema)
    if not required and not closed and others is None and size is None and not any(fields.values()):
        return None

    def maps(value: Any) -> list[Finding] | None:
        if type(value) is not dict:
            return None
        found = [Finding((name,), "is missing", "required", " ") for name in required if name not in value]
        for name, item in value.items():
            check = fields.get(name, others)
            if check is not None:
                wrong = check(item)
                if wrong is not None:
                    found += under(name, wrong)
            elif closed and name not in fields:
                found.append(_unknown_field(name, fields, value))
            if len(found) >= MAX_FINDINGS:
                break
        if size is not None and (wrong := size(value)) is not None:
            found += wrong
        return found or None

    return maps


def _unknown_field(name: Any, fields: Mapping[str, Any], value: Mapping[str, Any]) -> Finding:
    near = nearest(str(name), [field for field in fields if field not in value])
    if near:
        hint = f"; did you mean `{near}`?"
    else:
        hint = f"; the fields are {some_of(list(fields))}" if fields else ""
    return Finding((str(name),), f"is not a field here{hint}", "additionalProperties", " ")


def _map_size(schema: Mapping[str, Any]) -> Check | None:
    fewest, most = schema.get("minProperties", 0), schema.get("maxProperties")
    if not fewest and most is None:
        return None

    def size(value: Any) -> list[Finding] | None:
        if len(value) < fewest:
            return one(f"there are {len(value)} fields, fewer than {fewest}", "minProperties")
        if most is not None and len(value) > most:
            return one(f"there are {len(value)} fields, more than {most}", "maxProperties")
        return None

    return size

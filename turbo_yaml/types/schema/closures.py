"""The keywords of everyday types to closures that judge a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.diagnostics.suggest import nearest
from turbo_yaml.types.schema.equality import equal, key_of
from turbo_yaml.types.schema.findings import (
    MAX_FINDINGS,
    MAX_FOLLOWED,
    Check,
    Finding,
    TooMuchWork,
    nearest_option,
    one,
    under,
)
from turbo_yaml.types.schema.keywords import TYPE_NAMES
from turbo_yaml.types.schema.pattern import TextTooLong, compile_pattern
from turbo_yaml.types.schema.shapes import at_pointer, has_local_refs, type_names, type_of
from turbo_yaml.types.schema.words import counted, shown, some_of, wrong_type

if TYPE_CHECKING:
    from fractions import Fraction

# fmt: off
BEYOND: Final = frozenset((
    "not", "if", "then", "else", "patternProperties", "propertyNames", "dependentRequired",
    "dependentSchemas", "unevaluatedProperties", "prefixItems", "contains", "minContains", "maxContains",
    "unevaluatedItems",
))
# fmt: on
"""The keywords that are not compiled here; the others are, or refuse no value."""


class Compiler:
    """Compiles the parts of one schema. `$ref` is looked up when it is first needed, so types may recur."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.known: dict[str, Check | None] = {}
        self.followed = 0

    def whole(self) -> Check | None:
        """Return the check of the whole schema; it raises `TooMuchWork` past its bound."""
        check = self.check(self.root)
        if check is None or not has_local_refs(self.root):
            return check

        def whole(value: Any) -> list[Finding] | None:
            self.followed = 0
            return check(value)

        return whole

    def check(self, schema: Any) -> Check | None:
        """Return the check of a part; None where every value fits."""
        if schema is True or schema == {}:
            return None
        if schema is False:
            return lambda value: one("nothing may stand here", "false")
        checks = [made for make in _MAKERS if (made := make(self, schema)) is not None]
        kind = _type_check(schema.get("type"))
        return _all(kind, checks)

    def ref(self, target: str) -> Check:
        """Return a check that finds what a `$ref` leads to when it first runs."""

        def follow(value: Any) -> list[Finding] | None:
            self.followed += 1
            if self.followed > MAX_FOLLOWED:
                raise TooMuchWork
            if target not in self.known:
                self.known[target] = self.check(at_pointer(self.root, target[1:]))
            check = self.known[target]
            return None if check is None else check(value)

        return follow


def _all(kind: Check | None, checks: list[Check]) -> Check | None:
    """Join checks: a value of the wrong type is said to be that and nothing else."""
    if kind is None and len(checks) < 2:
        return checks[0] if checks else None
    if not checks:
        return kind
    if kind is not None and len(checks) == 1:
        return _both(kind, checks[0])

    def every(value: Any) -> list[Finding] | None:
        if kind is not None and (wrong := kind(value)) is not None:
            return wrong
        found: list[Finding] = []
        for check in checks:
            found += check(value) or ()
        return found or None

    return every


def _both(kind: Check, check: Check) -> Check:
    def both(value: Any) -> list[Finding] | None:
        wrong = kind(value)
        return check(value) if wrong is None else wrong

    return both


_EXACT: Final[dict[str, type]] = {
    "string": str, "boolean": bool, "array": list, "object": dict, "null": type(None),
}  # fmt: skip


def _type_check(declared: Any) -> Check | None:
    if declared is None:
        return None
    names: list[str] = [declared] if isinstance(declared, str) else declared
    if len(names) == 1 and names[0] in _EXACT:
        return _exactly(_EXACT[names[0]], names)
    exact = {_EXACT[name] for name in names if name in _EXACT}
    if "integer" in names or "number" in names:
        exact.add(int)
    fractions, whole = "number" in names, "integer" in names

    def one_of(value: Any) -> list[Finding] | None:
        kind = type(value)
        if kind in exact or (
            kind is float and ((fractions and value - value == 0) or (whole and value.is_integer()))
        ):
            return None
        return one(wrong_type(value, names), "type")

    return one_of


def _exactly(wanted: type, names: list[str]) -> Check:
    def exactly(value: Any) -> list[Finding] | None:
        if type(value) is wanted:
            return None
        return one(wrong_type(value, names), "type")

    return exactly


# Keywords to checks. Each maker looks at its own keywords and returns None where none is there.


def _labels(_: Compiler, schema: Mapping[str, Any]) -> Check | None:
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


def _numbers(_: Compiler, schema: Mapping[str, Any]) -> Check | None:
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


def _texts(_: Compiler, schema: Mapping[str, Any]) -> Check | None:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    pattern = compile_pattern(schema["pattern"]) if "pattern" in schema else None
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
        return None if pattern is None else pattern_problem(pattern.text, value)

    return texts


def pattern_problem(pattern: str, value: str) -> list[Finding] | None:
    """Return what is wrong with a text that must match a pattern."""
    try:
        if compile_pattern(pattern).found_in(value):
            return None
    except TextTooLong as problem:
        return one(str(problem), "pattern")
    return one(f"{shown(value)} does not match the pattern `{pattern}`", "pattern")


def _lists(compiler: Compiler, schema: Mapping[str, Any]) -> Check | None:
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


def _maps(compiler: Compiler, schema: Mapping[str, Any]) -> Check | None:
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


def _refs(compiler: Compiler, schema: Mapping[str, Any]) -> Check | None:
    return compiler.ref(schema["$ref"]) if "$ref" in schema else None


def _every(compiler: Compiler, schema: Mapping[str, Any]) -> Check | None:
    checks = [check for part in schema.get("allOf", ()) if (check := compiler.check(part)) is not None]
    return _all(None, checks)


def _any(compiler: Compiler, schema: Mapping[str, Any]) -> Check | None:
    if "anyOf" not in schema:
        return None
    checks = [compiler.check(part) for part in schema["anyOf"]]
    options = [check for check in checks if check is not None]
    if len(options) < len(checks):
        return None
    names = type_names({"anyOf": schema["anyOf"]}, compiler.root)

    def any_of(value: Any) -> list[Finding] | None:
        found = []
        for check in options:
            wrong = check(value)
            if wrong is None:
                return None
            found.append(wrong)
        return _no_option(found, value, names, "anyOf")

    return any_of


def _exactly_one(compiler: Compiler, schema: Mapping[str, Any]) -> Check | None:
    if "oneOf" not in schema:
        return None
    checks = [compiler.check(part) for part in schema["oneOf"]]
    names = type_names({"oneOf": schema["oneOf"]}, compiler.root)

    def one_of(value: Any) -> list[Finding] | None:
        found = [None if check is None else check(value) for check in checks]
        wrong = [each for each in found if each is not None]
        fitting = len(found) - len(wrong)
        if fitting == 1:
            return None
        if fitting:
            return one(f"{shown(value)} fits {fitting} of the forms, and must fit exactly one", "oneOf")
        return _no_option(wrong, value, names, "oneOf")

    return one_of


def _no_option(
    found: list[list[Finding]], value: Any, names: frozenset[str] | None, rule: str
) -> list[Finding]:
    kind = "integer" if isinstance(value, float) and value.is_integer() else type_of(value)
    if names is not None and kind not in names and not (kind == "integer" and "number" in names):
        return one(wrong_type(value, [name for name in TYPE_NAMES if name in names]), rule)
    return nearest_option(found, value, rule)


_MAKERS: Final = (_labels, _numbers, _texts, _lists, _maps, _refs, _every, _any, _exactly_one)

"""The keywords of everyday types to closures that judge a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.types.schema.findings import (
    MAX_FOLLOWED,
    Check,
    Finding,
    TooMuchWork,
    nearest_option,
    one,
)
from turbo_yaml.types.schema.keyword_checks import (
    labels_check,
    lists_check,
    maps_check,
    numbers_check,
    texts_check,
)
from turbo_yaml.types.schema.keywords import TYPE_NAMES
from turbo_yaml.types.schema.shapes import at_pointer, has_local_refs, type_names, type_of
from turbo_yaml.types.schema.words import shown, wrong_type

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


# What joins schemas.


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


_MAKERS: Final = (
    labels_check,
    numbers_check,
    texts_check,
    lists_check,
    maps_check,
    _refs,
    _every,
    _any,
    _exactly_one,
)

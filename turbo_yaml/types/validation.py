"""JSON Schema to a function that says what is wrong with a value.

Everyday types are compiled to closures (`schema/closures.py`); a schema that goes beyond them is given to the
`jsonschema` library (`schema/beyond.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

from turbo_yaml.errors import UsageError
from turbo_yaml.records import replace
from turbo_yaml.types.schema.closures import BEYOND, Compiler
from turbo_yaml.types.schema.findings import MAX_FINDINGS, Check, Finding, TooMuchWork, one
from turbo_yaml.types.schema.keywords import Path, schema_problems, subschemas
from turbo_yaml.types.schema.words import place, pointer


class Problem(NamedTuple):
    """What is wrong with a value: a JSON pointer to it, one sentence that names it, the keyword violated."""

    pointer: str
    message: str
    rule: str


class Validator(Protocol):
    """Returns what is wrong with a value. `under`: the path of the value in something larger."""

    def __call__(self, value: Any, under: Path = (), /) -> list[Problem]: ...


_REMEMBERED: Final = 1024

_by_identity: dict[int, tuple[Any, Validator]] = {}
_by_text: dict[str, Validator] = {}


def problems(schema: Mapping[str, Any] | bool, value: Any) -> list[Problem]:
    """Return what is wrong with a value; empty where it fits. `UsageError`: the schema itself is wrong."""
    return compile_validator(schema)(value)


def compile_validator(schema: Mapping[str, Any] | bool) -> Validator:
    """Return the validator of a schema, made once. The schema must not be changed afterwards."""
    known = _by_identity.get(id(schema))
    if known is not None and known[0] is schema:
        return known[1]
    validator = _by_content(schema)
    if len(_by_identity) >= _REMEMBERED:
        _by_identity.clear()
    _by_identity[id(schema)] = (schema, validator)
    return validator


def _by_content(schema: Mapping[str, Any] | bool) -> Validator:
    try:
        text = json.dumps(schema)
    except (TypeError, ValueError, RecursionError):
        raise UsageError("a schema is plain JSON data, and this one is not") from None
    validator = _by_text.get(text)
    if validator is None:
        _refuse_wrong(schema)
        validator = _with_places(_whole_check(schema))
        if len(_by_text) >= _REMEMBERED:
            _by_text.clear()
        _by_text[text] = validator
    return validator


def _refuse_wrong(schema: Mapping[str, Any] | bool) -> None:
    for wrong in schema_problems(schema, closed=False):
        at = f" (at `{place(wrong.path)}`)" if wrong.path else ""
        raise UsageError(f"the schema cannot be used{at}: {wrong.message}", hint=wrong.help)


def _whole_check(schema: Mapping[str, Any] | bool) -> Check | None:
    if goes_beyond(schema):
        from turbo_yaml.types.schema.beyond import library_check

        return library_check(schema)
    return Compiler(schema).whole()


def goes_beyond(schema: Mapping[str, Any] | bool) -> bool:
    """Tell whether a schema has a keyword that only the library knows."""
    return any(not BEYOND.isdisjoint(part) for _, part in subschemas(schema) if isinstance(part, Mapping))


def partial_problems(schema: Any, root: Any, value: Any) -> list[Problem]:
    """Return what is wrong with a value as far as the keywords known here tell, without the library."""
    return _with_places(Compiler(root).check(schema))(value)


def _with_places(check: Check | None) -> Validator:
    if check is None:
        return lambda value, under=(): []

    def validate(value: Any, under: Path = ()) -> list[Problem]:
        try:
            found = check(value)
        except RecursionError:
            found = one("the value is nested too deeply", "depth")
        except TooMuchWork:
            found = one("the type has too many ways to fit for this value to be judged", "work")
        return [] if found is None else [_problem(each, under) for each in found[:MAX_FINDINGS]]

    return validate


def _problem(finding: Finding, under: Path) -> Problem:
    if under:
        finding = replace(finding, path=(*under, *finding.path))
    return Problem(pointer(finding.path), finding.sentence(), finding.rule)

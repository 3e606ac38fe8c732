"""Text from a command line or a person to the value that a type makes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from turbo_yaml.diagnostics.suggest import nearest
from turbo_yaml.errors import UsageError
from turbo_yaml.source import Source
from turbo_yaml.types.declared import MISSING
from turbo_yaml.types.filling import fill
from turbo_yaml.types.schema.keywords import TYPE_NAMES
from turbo_yaml.types.schema.shapes import resolve, type_names, type_of
from turbo_yaml.types.schema.words import joined, shown, some_of, wanted_type
from turbo_yaml.types.validation import compile_validator

_INTEGER: Final = r"[+-]?[0-9]{1,4000}"
_NUMBER: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_TRUE: Final = frozenset(("true", "yes", "y", "on", "1"))
_FALSE: Final = frozenset(("false", "no", "n", "off", "0"))
_ORDER: Final = ("null", "boolean", "integer", "number", "array", "object")
_EXAMPLES: Final = {
    "integer": "`42`",
    "number": "`0.5`",
    "boolean": "`true`",
    "array": '`["a", "b"]`',
    "object": '`{"key": "value"}`',
    "null": "`null`",
}


def read_text(schema: Mapping[str, Any] | bool, text: str, name: str = "") -> Any:
    """Return what a text means for a type, checked; `UsageError` says what was wanted, of `name`.

    Where text is allowed, and where anything is, the text stays as it is: `0123` for a string, `5` for `any`.
    """
    value = fill(schema, _read(schema, text, name))
    found = compile_validator(schema)(value, (name,) if name else ())
    if found:
        raise UsageError("; ".join(problem.message for problem in found))
    return value


def _read(schema: Mapping[str, Any] | bool, text: str, name: str) -> Any:
    labels = _labels(schema)
    if labels is not None:
        return _label(labels, text, name)
    names = type_names(schema, schema)
    if names is None or "string" in names:
        return text
    for kind in _ORDER:
        if kind in names or (kind == "integer" and "number" in names):
            value = _value(kind, text.strip())
            if value is not MISSING:
                return value
    raise _not_that(names, text, name)


def _not_that(names: frozenset[str], text: str, name: str) -> UsageError:
    ordered = [each for each in TYPE_NAMES if each in names]
    wanted = wanted_type(ordered)
    hint = "for example " + joined([_EXAMPLES[each] for each in ordered], "or")
    return UsageError(f"{_named(name)}{shown(text)} is not {wanted}", hint=hint)


def _named(name: str) -> str:
    return f"{name}: " if name else ""


def _value(kind: str, text: str) -> Any:
    """Return what a text is as a value of one kind, or MISSING."""
    match kind:
        case "null":
            return None if text in ("null", "") else MISSING
        case "boolean":
            folded = text.casefold()
            return folded in _TRUE if folded in _TRUE or folded in _FALSE else MISSING
        case "integer":
            return int(text) if re.fullmatch(_INTEGER, text) else MISSING
        case "number":
            number = float(text) if re.fullmatch(_NUMBER, text) else float("inf")
            return MISSING if number - number != 0 else number
    wanted = list if kind == "array" else dict
    value = _data(text)
    return value if type(value) is wanted else MISSING


def _data(text: str) -> Any:
    """Return what a text is as JSON, else as YAML, or MISSING."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        pass
    from turbo_yaml.syntax.loader import parse_yaml
    from turbo_yaml.syntax.scalars import data_of

    source = Source("<text>", text)
    node, found = parse_yaml(source)
    if node is None or found:
        return MISSING
    value, found = data_of(node, source)
    return MISSING if found else value


def _refuse(word: str) -> None:
    raise ValueError(f"JSON has no {word}")


def _labels(schema: Any) -> list[Any] | None:
    """Return the values that a type is limited to."""
    part = resolve(schema, schema)
    if not isinstance(part, Mapping):
        return None
    labels = part.get("enum", [part["const"]] if "const" in part else None)
    return labels if isinstance(labels, list) else None


def _label(labels: Sequence[Any], text: str, name: str) -> Any:
    """Return the label that a text is, or the value that it says."""
    if text in [each for each in labels if isinstance(each, str)]:
        return text
    for label in labels:
        if not isinstance(label, str) and _value(type_of(label), text.strip()) == label:
            return label
    near = nearest(text, [each for each in labels if isinstance(each, str)])
    hint = None if near is None else f"did you mean `{near}`?"
    raise UsageError(f"{_named(name)}{shown(text)} is not {some_of(labels)}", hint=hint)


def read_answer(
    text: str,
    *,
    schema: Mapping[str, Any] | bool | None = None,
    choices: Sequence[str] | None = None,
    default: Any = MISSING,
) -> Any:
    """Return what a person answered; `UsageError` says what was wanted, so that one can ask again.

    No answer is the default, where there is one. A choice is its label, in any case of letters, or its number
    from 1 where no label is a number.
    """
    if default is not MISSING and not text.strip():
        return default
    if choices is not None:
        text = _choice(text, choices)
    return text if schema is None else read_text(schema, text)


def _choice(text: str, choices: Sequence[str]) -> str:
    if text in choices:
        return text
    answer = text.strip().casefold()
    near = [label for label in choices if label.strip().casefold() == answer]
    if len(near) == 1:
        return near[0]
    if answer.isascii() and answer.isdigit() and not any(label.strip().isdigit() for label in choices):
        number = int(answer[:9])
        if 1 <= number <= len(choices):
            return choices[number - 1]
    raise UsageError(f"{shown(text.strip())} is not {some_of(list(choices))}")

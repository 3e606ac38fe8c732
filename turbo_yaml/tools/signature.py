"""A Python function to what it is as a tool: its parameters, what it gives back, what it is for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.tools.annotations import Read, hints_of, shape_of

_ARGUMENTS = re.compile(r"^(?:Args|Arguments|Parameters):?\s*$")
_SECTION = re.compile(r"^(?:Args|Arguments|Parameters|Returns|Yields|Raises|Examples?|Notes?):?\s*$|^:\w+")
_ARGUMENT = re.compile(
    r"^\s+\*{0,2}(\w+)(?:\s*\([^)]*\))?:\s+(.+)$|^:param\s+(?:[\w\[\], |]+\s)?(\w+):\s*(.+)$"
)


class Signature(NamedTuple):
    """What a function says of itself. `schema` is that of its arguments; `reads` makes values of data.

    `open`: it takes any other argument, too. `returns` is None where it does not say.
    """

    schema: dict[str, Any]
    reads: Mapping[str, Read]
    open: bool
    returns: dict[str, Any] | None
    description: str


def signature_of(function: Callable[..., Any]) -> Signature:
    """Return the signature; `UsageError` where the function cannot be called by a tool's arguments."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        raise UsageError("its signature cannot be read") from None
    plain = inspect.unwrap(function)
    hints = hints_of(plain if inspect.isroutine(plain) else type(plain).__call__)
    description, told = _read_docstring(inspect.getdoc(function) if inspect.isroutine(plain) else None)
    properties: dict[str, Any] = {}
    required: list[str] = []
    reads: dict[str, Read] = {}
    open_ = False
    for name, parameter in found.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            open_ = True
        elif parameter.kind is parameter.POSITIONAL_ONLY and parameter.default is parameter.empty:
            raise UsageError(
                f"`{name}` cannot be given by its name", hint="remove the `/` from the signature"
            )
        elif parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            schema, read = _parameter(name, hints)
            if name in told:
                schema.setdefault("description", told[name])
            if parameter.default is parameter.empty:
                required.append(name)
            properties[name] = schema
            if read is not None:
                reads[name] = read
    if not open_:
        _check_told(told, properties)
    return Signature(_arguments(properties, required, open_), reads, open_, _returns(hints), description)


def _check_told(told: Mapping[str, str], properties: Mapping[str, Any]) -> None:
    """Raise `UsageError` where a docstring tells of an argument that is none: it would mislead."""
    for name in told:
        if name not in properties:
            help_ = did_you_mean(name, properties) or "take it out of the docstring"
            raise UsageError(f"its docstring tells of `{name}`, which it does not take", hint=help_)


def _parameter(name: str, hints: Mapping[str, Any]) -> tuple[dict[str, Any], Read | None]:
    if name not in hints:
        return {}, None
    try:
        return shape_of(hints[name])
    except UsageError as problem:
        raise UsageError(f"`{name}`: {problem.message}", hint=problem.hint) from None


def _arguments(properties: dict[str, Any], required: list[str], open_: bool) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": open_,
    }


def _returns(hints: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the schema of what a function gives back; None where it does not say or has no words for it."""
    if "return" not in hints:
        return None
    try:
        return shape_of(hints["return"]).schema or None
    except UsageError:
        return None


def _read_docstring(text: str | None) -> tuple[str, dict[str, str]]:
    """Return what a docstring says of the whole, and of each argument."""
    about: list[str] = []
    told: dict[str, str] = {}
    sections = arguments = False
    for line in (text or "").splitlines():
        if _SECTION.match(line) is not None:
            sections, arguments = True, line.startswith(":param") or _ARGUMENTS.match(line) is not None
        found = _ARGUMENT.match(line) if arguments else None
        if found is not None:
            told[found[1] or found[3]] = (found[2] or found[4]).strip()
        elif not sections:
            about.append(line)
    return "\n".join(about).strip(), told

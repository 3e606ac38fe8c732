"""`-p`, `--params` and piped text to the inputs of a flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from turbo_yaml.cli.files import read_file, without_last_line_end
from turbo_yaml.cli.piped import Piped
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import FlowInvalid, UsageError
from turbo_yaml.source import Source
from turbo_yaml.types.binding import plain_types
from turbo_yaml.types.declared import Input

STDIN = "-"


def gather(
    declared: Sequence[Input], files: Iterable[str], pairs: Iterable[tuple[str, str]], piped: Piped
) -> dict[str, Any]:
    """Return the inputs of files, over them those of `-p`, and piped text for the first one missing.

    One `UsageError` names every `-p` that is unknown or does not fit.
    """
    schemas = {item.name: item.schema for item in declared}
    given: dict[str, Any] = {}
    wrong: list[UsageError] = []
    for name in files:
        given |= _read_params(name, piped)
    for name, text in pairs:
        given[name] = written = _text_of(name, text, piped)
        try:
            given[name] = _typed(name, written, schemas[name]) if name in schemas else written
        except UsageError as problem:
            wrong.append(problem)
    if wrong:
        raise _joined(wrong, [name for name in given if name not in schemas], schemas)
    wanting = first_wanting(declared, given)
    if wanting is not None and (whole := piped.take()) is not None:
        given[wanting] = whole
    return given


def unknown(name: str, known: Iterable[str]) -> UsageError:
    """Return the error of an input that a flow does not take."""
    return UsageError(f"there is no input `{name}`", hint=did_you_mean(name, known))


def _joined(wrong: list[UsageError], strangers: list[str], known: Iterable[str]) -> UsageError:
    """Return one error for values that do not fit and names that are not known, with the first help."""
    for name in strangers:
        wrong.append(unknown(name, known))
    hints = [problem.hint for problem in wrong if problem.hint]
    return UsageError("; ".join(problem.message for problem in wrong), hint=hints[0] if hints else None)


def _text_of(name: str, value: str, piped: Piped) -> str:
    """Read `@file` and `-`; `@@` at the start stands for one `@` that is meant."""
    if value == STDIN:
        text = piped.take()
        if text is None:
            raise UsageError(f"`-p {name} -` reads standard input, and nothing is piped in")
        return text
    if value.startswith("@@"):
        return value[1:]
    return without_last_line_end(read_file(value[1:])) if value.startswith("@") else value


def _typed(name: str, text: str, schema: Mapping[str, Any]) -> Any:
    if str in plain_types(schema):
        return text
    from turbo_yaml.types.text import read_text

    return read_text(schema, text, name)


def first_wanting(declared: Iterable[Input], given: Mapping[str, Any]) -> str | None:
    """Return the first required text input that has no value."""
    for item in declared:
        if item.required and item.name not in given and item.schema.get("type") == "string":
            return item.name
    return None


def missing_hint(declared: Iterable[Input], given: Mapping[str, Any]) -> str | None:
    """Return how to give the inputs that are missing."""
    names = [item.name for item in declared if item.required and item.name not in given]
    return "give it as " + " ".join(f"`-p {name} VALUE`" for name in names) if names else None


def _read_params(name: str, piped: Piped) -> dict[str, Any]:
    """Return the inputs in a JSON or YAML file; `FlowInvalid` or `UsageError` where it holds no such."""
    source = Source(name, (piped.take() or "") if name == STDIN else read_file(name))
    data, found = _json(source) if name.endswith(".json") else _yaml(source)
    if found:
        raise FlowInvalid(found)
    if not isinstance(data, dict):
        raise UsageError(f"`{name}` is to hold inputs by name", hint="write a mapping: `name: value`")
    return data


def _json(source: Source) -> tuple[Any, list[Diagnostic]]:
    from turbo_yaml.compiler.data import read_data

    return read_data(source)


def _yaml(source: Source) -> tuple[Any, list[Diagnostic]]:
    from turbo_yaml.syntax.loader import parse_yaml
    from turbo_yaml.syntax.scalars import data_of

    node, found = parse_yaml(source)
    if node is None:
        return {}, found
    data, problems = data_of(node, source)
    return data, [*found, *problems]

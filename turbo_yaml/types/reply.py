"""What a model wrote to the data that was asked of it. Prose is never turned into data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from turbo_yaml.types.declared import MISSING
from turbo_yaml.types.filling import MAX_DEPTH, compile_filler
from turbo_yaml.types.lines import KEY as LINES
from turbo_yaml.types.lines import parse_lines, read_lines
from turbo_yaml.types.schema.shapes import resolve, type_names
from turbo_yaml.types.schema.words import shown, some_of
from turbo_yaml.types.validation import Problem, compile_validator
from turbo_yaml.types.wire import WRAPPED, wire_schema

_THOUGHT: Final = re.compile(r"\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL)
_FENCE: Final = re.compile(r"^[ \t]*(```+|~~~+)[^\n`]*\n", re.MULTILINE)
_EDGES: Final = " \t\r\n\"'`*_.,;:!?()[]{}<>“”‘’«»„"
_ATTEMPTS: Final = 8
"""How many times the length of a reply may be read in search of JSON."""
_FORGOTTEN_AFTER: Final = 1000
_OPENING: Final = re.compile(r"\[(?=\s*[\]\[{\"0-9tfn-])|\{(?=\s*[}\"])")


def read_reply(schema: Mapping[str, Any] | bool, text: str) -> tuple[Any, list[Problem]]:
    """Return the data in a reply, filled in and checked, and no problems; or None and the problems.

    The whole reply is read as JSON, else its fenced blocks, else the objects and lists in its prose; the
    first that fits is taken. A value that is not an object may come as `{"value": …}`, and text as it is.
    """
    if isinstance(schema, Mapping) and LINES in schema:
        return _read_lines(schema, text)
    first: list[Problem] = []
    may_be_text = "string" in (type_names(schema, schema) or ())
    for candidate in _candidates(text, prose=not may_be_text):
        for value in _unwrapped(schema, candidate):
            value, wrong = _checked(schema, value)
            if not wrong:
                return value, []
            first = first or wrong
    spoken, unfit = _spoken(schema, text)
    if spoken is not MISSING:
        value, wrong = _checked(schema, spoken)
        if not wrong:
            return value, []
        first = first or wrong
    return None, first or unfit or [Problem("", _no_json(text), "json")]


def _read_lines(schema: Mapping[str, Any], text: str) -> tuple[Any, list[Problem]]:
    """Return the data in the typed lines of a reply; where there are none, JSON in their place will do."""
    found, wrong = read_lines(parse_lines(schema[LINES]), _without_thought(text))
    if not wrong:
        return found, []
    if not found:
        value, misfit = read_reply({key: schema[key] for key in schema if key != LINES}, text)
        if not misfit:
            return value, []
    return None, wrong


def _no_json(text: str) -> str:
    """Say why no JSON was found, so that the model can do better."""
    text = _without_thought(text).strip()
    if not text:
        return "the reply is empty, and JSON was asked for"
    if not text.startswith(("{", "[", '"')):
        return "there is no JSON in the reply"
    try:
        _parsed(text)
    except json.JSONDecodeError as problem:
        words = problem.msg[:1].lower() + problem.msg[1:]
        return f"the reply is not JSON: {words} at line {problem.lineno}, column {problem.colno}"
    except ValueError as problem:
        return f"the reply is not JSON: {problem}"
    return "the reply has half a character in it, a lone `\\ud800` to `\\udfff`"


def _checked(schema: Mapping[str, Any] | bool, value: Any) -> tuple[Any, list[Problem]]:
    if _depth_exceeds(value, MAX_DEPTH):
        return None, [Problem("", f"the value is nested deeper than {MAX_DEPTH}", "depth")]
    filler = compile_filler(schema, drop_nulls=True)
    value = value if filler is None else filler(value)
    return value, compile_validator(schema)(value)


def _unwrapped(schema: Mapping[str, Any] | bool, value: Any) -> Iterator[Any]:
    """Give what a value may stand for: the one inside `{"value": …}` first, where one was asked for."""
    if type(value) is dict and value.keys() == {WRAPPED} and wire_schema(schema)[1]:
        yield value[WRAPPED]
    yield value


def _spoken(schema: Any, text: str) -> tuple[Any, list[Problem]]:
    """Return the reply itself where it is the text or the label that was asked for; else MISSING and why."""
    part = resolve(schema, schema)
    labels = part.get("enum") if isinstance(part, Mapping) else None
    if isinstance(labels, list) and all(isinstance(label, str) for label in labels):
        label, found = read_choice(labels, text)
        return (MISSING if label is None else label), found
    text = _without_thought(text).strip()
    if not text or "string" not in (type_names(schema, schema) or ()) or _loaded(text) is not MISSING:
        return MISSING, []
    return text, []


# Finding JSON


def _candidates(text: str, prose: bool = True) -> Iterator[Any]:
    """Give the JSON values of a reply: the whole, those of its fenced blocks, those in its prose."""
    text = _without_thought(text).strip().removeprefix("\ufeff")
    whole = _loaded(text)
    if whole is not MISSING:
        yield whole
        return
    for block in _blocks(text):
        value = _loaded(block)
        if value is not MISSING:
            yield value
    if prose:
        yield from _in_prose(text)


def _without_thought(text: str) -> str:
    found = _THOUGHT.match(text)
    return text[found.end() :] if found else text


def _blocks(text: str) -> Iterator[str]:
    """Give the insides of fenced blocks; one that is not closed goes to the end."""
    at = 0
    while (opening := _FENCE.search(text, at)) is not None:
        close = re.compile(rf"^[ \t]*{opening[1]}", re.MULTILINE).search(text, opening.end())
        yield text[opening.end() : len(text) if close is None else close.start()]
        at = len(text) if close is None else close.end()


def _in_prose(text: str) -> Iterator[Any]:
    """Give the objects and lists that stand in a text, in order; takes time with its length, not more."""
    allowance = _ATTEMPTS * len(text) + 1000
    at = failures = 0
    while allowance > 0 and (found := _OPENING.search(text, at)) is not None:
        start = found.start()
        try:
            value, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as problem:
            allowance -= _cost(problem, start, len(text))
            at = start + 1
            failures += 1
            if failures % _FORGOTTEN_AFTER == 0:
                text, at = text[at:], 0  # an error counts the lines before it
        else:
            allowance -= at - start
            if _is_text(value, text[start:at]):
                yield value


def _cost(problem: Exception, start: int, end: int) -> int:
    """Return how many characters an attempt has read, or what it was worth."""
    if not isinstance(problem, json.JSONDecodeError):
        return 10_000
    return end - start if problem.msg.startswith("Unterminated") else problem.pos - start + 1


def _refuse(word: str) -> None:
    raise ValueError(f"JSON has no {word}")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)


def _parsed(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _loaded(text: str) -> Any:
    try:
        value = _parsed(text)
    except ValueError:
        return MISSING
    return value if _is_text(value, text) else MISSING


def _is_text(value: Any, written: str) -> bool:
    """Tell whether all text in a value can be written down again: half a character (`\\ud800`) cannot."""
    if "\\u" not in written:
        return True
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _depth_exceeds(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most + 1):
        level = [
            item
            for part in level
            if isinstance(part, dict | list)
            for item in (part.values() if isinstance(part, dict) else part)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


# Choices


def read_choice(choices: Sequence[str], text: str) -> tuple[str | None, list[Problem]]:
    """Return the label that a reply is, and no problems; or None and the problem.

    The reply is the label in any case of letters, in quotes, with marks around it; or JSON: the label, or an
    object with it under `choice` or `value`. A label somewhere in a sentence is not an answer.
    """
    text = _without_thought(text).strip()
    labels = {label for said in _sayings(text) if (label := _label(choices, said)) is not None}
    if len(labels) == 1:
        return labels.pop(), []
    message = f"the reply {shown(text)} is not {some_of(list(choices))}"
    return None, [Problem("", message, "choices")]


def _sayings(text: str) -> Iterator[str]:
    """Give what a reply may say: itself, or the text in its JSON."""
    for value in _candidates(text):
        if type(value) is dict and len(value) == 1:
            value = value.get("choice", value.get(WRAPPED))
        if type(value) is list and len(value) == 1:
            value = value[0]
        if value is not None and not isinstance(value, dict | list):
            yield value if isinstance(value, str) else json.dumps(value)
    yield text


def _label(choices: Sequence[str], said: str) -> str | None:
    """Return the one label that is meant: as it is, else in any case of letters, else without marks."""
    if said in choices:
        return said
    for fold in (_folded, _bare):
        wanted = fold(said)
        near = [label for label in choices if fold(label) == wanted]
        if wanted and near:
            return near[0] if len(near) == 1 else None
    return None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _bare(text: str) -> str:
    return _folded(text.strip(_EDGES))

"""Typed lines to the data in a reply: `Score: {score:int}` finds the number in the line that begins so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.types.declared import MISSING
from turbo_yaml.types.validation import Problem

KEY: Final = "x-lines"
"""The keyword of a schema that tells in which lines its fields come."""

_FIELD: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_WHOLE: Final = re.compile(r"[-+]?\d{1,1000}")
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_YES: Final = {"yes": True, "true": True, "on": True, "1": True}
_NO: Final = {"no": False, "false": False, "off": False, "0": False}


class Kind(NamedTuple):
    """What a field may be: its schema, what is asked of the model, and how its text is read."""

    schema: Mapping[str, Any]
    asked: str
    read: Callable[[str], Any]


def _text(written: str) -> Any:
    return written or MISSING


def _word(written: str) -> Any:
    return written if written and not any(map(str.isspace, written)) else MISSING


def _whole(written: str) -> Any:
    return int(written) if _WHOLE.fullmatch(written) else MISSING


def _number(written: str) -> Any:
    return float(written) if _NUMBER.fullmatch(written) else MISSING


def _yes_or_no(written: str) -> Any:
    return (_YES | _NO).get(written.casefold().rstrip(".!"), MISSING)


def _json(written: str) -> Any:
    try:
        return json.JSONDecoder().raw_decode(written)[0]
    except (ValueError, RecursionError):
        return MISSING


KINDS: Final[Mapping[str, Kind]] = {
    "text": Kind({"type": "string"}, "text on one line", _text),
    "word": Kind({"type": "string"}, "one word", _word),
    "int": Kind({"type": "integer"}, "a whole number", _whole),
    "float": Kind({"type": "number"}, "a number", _number),
    "bool": Kind({"type": "boolean"}, "yes or no", _yes_or_no),
    "json": Kind({}, "JSON", _json),
    "multiline": Kind({"type": "string"}, "text, on as many lines as it takes", _text),
}
_ALIASES: Final = {
    "string": "text", "str": "text", "S": "word", "w": "word", "d": "int", "integer": "int", "f": "float",
    "g": "float", "number": "float", "boolean": "bool",
}  # fmt: skip
_TAKES_MORE: Final = frozenset({"json", "multiline"})


class Field(NamedTuple):
    """`{name:kind}`; with `?` after the name the line may be missing."""

    name: str
    kind: str
    optional: bool


class Line(NamedTuple):
    """One line as written, and its pieces: literal text and fields in turn."""

    written: str
    pieces: tuple[str | Field, ...]

    @property
    def fields(self) -> Iterator[Field]:
        return (piece for piece in self.pieces if isinstance(piece, Field))

    @property
    def head(self) -> str:
        """The text that the line begins with."""
        first = self.pieces[0]
        return first.strip().casefold() if isinstance(first, str) else ""


Lines: TypeAlias = tuple[Line, ...]


@lru_cache(maxsize=128)
def parse_lines(spec: str) -> Lines:
    """Return the lines of a specification; `UsageError` where it cannot be one."""
    lines = tuple(_line(written.strip()) for written in spec.splitlines() if written.strip())
    names = [field.name for line in lines for field in line.fields]
    if not names:
        raise UsageError("there is no field in these lines", hint="such as `Score: {score:int}`")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"`{name}` is in these lines twice")
    return lines


def _line(written: str) -> Line:
    pieces: list[str | Field] = []
    literal, at = "", 0
    for found in _FIELD.finditer(written):
        literal += written[at : found.start()]
        at = found.end()
        if found[0] in ("{{", "}}"):
            literal += found[0][0]
        elif found[1] is None:
            raise UsageError(
                f"`{found[0]}` stands alone in `{written}`", hint="write `{name}`, or `{{` for a brace"
            )
        else:
            if pieces and not literal and isinstance(pieces[-1], Field):
                raise UsageError(f"nothing stands between two fields in `{written}`")
            pieces += [literal] * bool(literal.strip() or (literal and pieces))
            pieces.append(_field(found[1], written))
            literal = ""
    pieces += [literal + written[at:]] * bool((literal + written[at:]).strip())
    for piece in pieces[:-1]:
        if isinstance(piece, Field) and piece.kind in _TAKES_MORE:
            raise UsageError(f"a field that is `{piece.kind}` ends its line, and in `{written}` more comes")
    return Line(written, tuple(pieces))


def _field(inside: str, written: str) -> Field:
    name, _, kind = inside.strip().partition(":")
    optional = name.endswith("?")
    name = name.removesuffix("?")
    kind = kind or "text"
    kind = _ALIASES.get(kind, kind)
    if not _NAME.fullmatch(name):
        raise UsageError(f"`{{{inside}}}` names no field", hint="such as `{score}` or `{score:int}`")
    if kind not in KINDS:
        raise UsageError(f"there is no type `{kind}` in `{written}`", hint=did_you_mean(kind, KINDS))
    return Field(name, kind, optional)


# As a type ---------------------------------------------------------------------------------------------


def lines_schema(spec: str) -> dict[str, Any]:
    """Return the type of what is found in the lines; `UsageError` where they cannot be lines."""
    fields = [field for line in parse_lines(spec) for field in line.fields]
    return {
        "type": "object",
        "properties": {field.name: dict(KINDS[field.kind].schema) for field in fields},
        "required": [field.name for field in fields if not field.optional],
        "additionalProperties": False,
        KEY: spec,
    }


def ask_for_lines(spec: str) -> str:
    """Return what a model is told of the lines that it should write."""
    shown = "\n".join(
        "".join(p if isinstance(p, str) else f"<{p.name}: {KINDS[p.kind].asked}>" for p in line.pieces)
        + ("" if all(not field.optional for field in line.fields) else "   (only where there is one)")
        for line in parse_lines(spec)
    )
    return f"Write these lines in your answer, each beginning as it does here:\n{shown}"


def write_lines(spec: str, data: Mapping[str, Any]) -> str:
    """Return lines that hold the data, without those of fields that are not there."""
    return "\n".join(
        "".join(p if isinstance(p, str) else _written(data[p.name]) for p in line.pieces)
        for line in parse_lines(spec)
        if all(field.name in data for field in line.fields)
    )


def _written(value: Any) -> str:
    return value or "-" if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# In a reply --------------------------------------------------------------------------------------------


def read_lines(lines: Lines, text: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return what the lines of a text hold, and which lines are missing that need not be."""
    written = text.splitlines()
    heads = [line.head for line in lines if line.head]
    found: dict[str, Any] = {}
    wrong: list[Problem] = []
    for line in lines:
        values, misfit = _search(line, written, heads)
        if values is not None:
            found |= values
        elif not all(field.optional for field in line.fields):
            message = f"there is no line `{line.written}`"
            if misfit is not None:
                message = f"`{misfit:.100}` does not fit `{line.written}`"
            wrong.append(Problem("", message, "lines"))
    return found, wrong


def _search(
    line: Line, written: Sequence[str], heads: Sequence[str]
) -> tuple[dict[str, Any] | None, str | None]:
    """Return the values of the first line that fits; else None, and a line that only begins as it should."""
    misfit = None
    for number, candidate in enumerate(written):
        if not candidate.strip() or not candidate.strip().casefold().startswith(line.head):
            continue
        values = _match(line, candidate.strip(), written[number + 1 :], heads)
        if values is not None:
            return values, None
        misfit = misfit or candidate.strip()
    return None, misfit if line.head else None


def _match(line: Line, candidate: str, after: Sequence[str], heads: Sequence[str]) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    rest = candidate
    pieces = line.pieces
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            continue
        if index and (cut := _after(rest, str(pieces[index - 1]))) is not None:
            rest = cut
        elif index:
            return None
        literal = pieces[index + 1] if index + 1 < len(pieces) else None
        if isinstance(literal, str):
            end = rest.casefold().find(literal.rstrip().casefold())
            part = rest if end < 0 else rest[:end]
            rest = "" if end < 0 else rest[end:]
        else:
            part = "\n".join([rest, *_further(after, heads)]) if piece.kind in _TAKES_MORE else rest
        value = KINDS[piece.kind].read(part.strip())
        if value is MISSING:
            return None
        values[piece.name] = value
    return values


def _after(rest: str, literal: str) -> str | None:
    """Return what comes after a literal text, whatever its letters' case and the spaces around it."""
    wanted = literal.strip()
    rest = rest.lstrip()
    return rest[len(wanted) :] if rest[: len(wanted)].casefold() == wanted.casefold() else None


def _further(after: Sequence[str], heads: Sequence[str]) -> Iterator[str]:
    """Give the lines that follow, up to one that begins as another of the lines does."""
    for line in after:
        if line.strip().casefold().startswith(tuple(heads)) and heads:
            return
        yield line

"""Jinja's words about a syntax error to ours, at the tightest place."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.diagnostics import nearest
from turbo_yaml.template.faults import Fault, syntax_fault
from turbo_yaml.template.stream import Tokens

_EXPECTED = r"(?s)expected token '(.+)', got '(.*)'"
_UNEXPECTED = r"(?s)unexpected '(.*)'|Expected an expression, got '(.*)'"
_UNKNOWN_TAG = r"(?s)Encountered unknown tag '(.*?)'\.(.*)"
_ENDS = {"if": "endif", "for": "endfor", "set": "endset", "macro": "endmacro", "call": "endcall"}
_ENDS |= {"filter": "endfilter", "with": "endwith", "block": "endblock", "autoescape": "endautoescape"}
_MIDDLES = {"elif": "if", "else": "if"}
_OTHERS = {
    "can't assign to": "only a name can be given a value",
    "expected name or number": "a name is wanted after the dot",
    "You cannot chain multiple tests": "two tests in a row are joined with `and`",
    "expected call": "the call of a macro is wanted after `call`",
    "non-default argument": "a parameter without a default stands before those with one",
    "invalid syntax for function call": "values in order stand before named ones",
}
STATEMENTS = ("if", "for", "set", "with", "filter", "macro", "call", "include", "print", "raw")
_THINGS = {
    "end of print statement": "`}}`",
    "begin of print statement": "`{{`",
    "end of statement block": "`%}`",
    "begin of statement block": "`{%`",
    "end of template": "the end",
    "template data / text": "text",
    "name": "a name",
    "string": "a text in quotes",
    "integer": "a number",
    "float": "a number",
}


_FOREIGN: Final = {
    "assign": "`==` compares; `{% set name = … %}` sets",
    "colon": "arguments stand in parentheses: `default('…')`",
}
"""Signs that other languages write where ours has none, by their tokens."""


def complaint(message: str, offset: int, stream: Tokens, blocks: list[int]) -> Fault:
    """Return the fault that a message of Jinja's tells of. `blocks`: the tokens of the open statements."""
    index = _token_at(stream, offset)
    start, end = offset, max(stream.ends[index], offset)
    if message.startswith("Unexpected end of template") and blocks:
        return _not_closed(stream, blocks[-1])
    found = re.match(_UNKNOWN_TAG, message)
    if found is not None:
        return _unknown_tag(found[1], start, end, stream, blocks)
    found = re.match(_EXPECTED, message)
    if found is not None:
        message = f"{_thing(found[1])} is wanted here, not {_shown(stream, index)}"
        return syntax_fault(message, start, end, _FOREIGN.get(stream.tokens[index].type))
    if re.match(_UNEXPECTED, message):
        return syntax_fault(f"a value is wanted here, not {_shown(stream, index)}", start, end)
    if message.startswith("unexpected end of template"):
        return syntax_fault("the expression ends too early", start, end)
    if message == "tag name expected":
        return syntax_fault("a statement is wanted after `{%`", start, end, _list_of(STATEMENTS))
    for beginning, words in _OTHERS.items():
        if message.startswith(beginning):
            return syntax_fault(words, start, end)
    return syntax_fault(_plain(message), start, end)


def _not_closed(stream: Tokens, block: int) -> Fault:
    tag = stream.tokens[block]
    ending = _ENDS.get(str(tag.value), f"end{tag.value}")
    return syntax_fault(
        f"`{{% {tag.value} %}}` is not closed",
        tag.lineno,
        stream.ends[block],
        f"end it with `{{% {ending} %}}`",
    )


def _unknown_tag(name: str, start: int, end: int, stream: Tokens, blocks: list[int]) -> Fault:
    opened = [index for index in blocks if stream.tokens[index].value != name]
    if name in _MIDDLES or name in _ENDS.values():
        if opened:
            tag = stream.tokens[opened[-1]]
            ending = _ENDS.get(str(tag.value), f"end{tag.value}")
            message = f"`{{% {name} %}}` stands inside `{{% {tag.value} %}}`, which is not closed"
            return syntax_fault(message, start, end, f"end that with `{{% {ending} %}}` first")
        opener = _MIDDLES.get(name) or name.removeprefix("end")
        return syntax_fault(f"`{{% {name} %}}` has no `{{% {opener} %}}` before it", start, end)
    if name == "end" and opened:
        opener = str(stream.tokens[opened[-1]].value)
        ending = _ENDS.get(opener) or f"end{opener}"
        return syntax_fault("`end` is not a statement", start, end, f"write `{{% {ending} %}}`")
    near = nearest(name, [*STATEMENTS, *_ENDS.values(), *_MIDDLES])
    help_ = f"did you mean `{near}`?" if near else _list_of(STATEMENTS)
    return syntax_fault(f"`{name}` is not a statement", start, end, help_)


def _token_at(stream: Tokens, offset: int) -> int:
    """Return the index of the token at an offset, or of the last one before it."""
    low, high = 0, len(stream.tokens) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if stream.tokens[middle].lineno <= offset:
            low = middle
        else:
            high = middle - 1
    return low


def _shown(stream: Tokens, index: int) -> str:
    token = stream.tokens[index]
    if token.type in ("name", "integer", "float"):
        return f"`{token.value}`"
    if token.type == "string":
        return "a text in quotes"
    return _thing(str(token.value)) if token.type not in ("data", "eof") else _thing(_NAMES[token.type])


_NAMES = {"data": "template data / text", "eof": "end of template"}


def _thing(described: str) -> str:
    return _THINGS.get(described, f"`{described.strip()}`")


def _list_of(names: tuple[str, ...]) -> str:
    return "one of " + ", ".join(f"`{name}`" for name in names)


def _plain(message: str) -> str:
    """Return Jinja's own sentence as one of ours: no capital, no full stop, names in backticks."""
    message = message.rstrip(".").replace("'", "`")
    return message[:1].lower() + message[1:]

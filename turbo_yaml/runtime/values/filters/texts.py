"""Filters on texts."""

from __future__ import annotations

import re
from typing import Any

from turbo_yaml.runtime.values.bounds import check_length, check_padding
from turbo_yaml.runtime.values.filters.costs import charge
from turbo_yaml.runtime.values.methods import replaced
from turbo_yaml.runtime.values.printing import text
from turbo_yaml.runtime.values.words import described, wrong_kind, wrong_value

_WORD_START = re.compile(r"([-\s({\[<]+)")
_WORD = re.compile(r"\w+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_WRAP_WORK = 200_000_000


def as_text(value: Any, filter_name: str) -> str:
    """Return the text that a filter goes through, with its marks, or other data as a text shows it."""
    written = value if isinstance(value, str) else text(value)
    charge(filter_name, len(written))
    return written


def string(value: Any) -> str:
    return as_text(value, "string")


def upper(value: Any) -> str:
    return as_text(value, "upper").upper()


def lower(value: Any) -> str:
    return as_text(value, "lower").lower()


def capitalize(value: Any) -> str:
    return as_text(value, "capitalize").capitalize()


def title(value: Any) -> str:
    words = _WORD_START.split(as_text(value, "title"))
    return "".join([word[0].upper() + word[1:].lower() for word in words if word])


def trim(value: Any, chars: str | None = None) -> str:
    return as_text(value, "trim").strip(chars)


def center(value: Any, width: int = 80) -> str:
    check_padding(width)
    return as_text(value, "center").center(width)


def replace(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    return replaced(
        as_text(value, "replace"),
        as_text(old, "replace"),
        as_text(new, "replace"),
        -1 if count is None else count,
    )


def format(value: Any, *args: Any, **kwargs: Any) -> str:
    if args and kwargs:
        raise wrong_kind("`format` takes values in order or by name, not both")
    from turbo_yaml.runtime.values.formats import percent

    return percent(as_text(value, "format"), kwargs or args)


def truncate(
    value: Any, length: int = 255, killwords: bool = False, end: str = "...", leeway: int | None = None
) -> str:
    written = as_text(value, "truncate")
    leeway = 5 if leeway is None else leeway
    if length < len(end) or leeway < 0:
        raise wrong_value(f"`truncate` to {length} leaves no room for the end `{end}`")
    if len(written) <= length + leeway:
        return written
    head = written[: length - len(end)]
    return head + end if killwords else head.rsplit(" ", 1)[0] + end


def indent(value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    written = as_text(value, "indent")
    check_padding(width if isinstance(width, int) else len(width))
    margin = " " * width if isinstance(width, int) else width
    check_length(len(written) + (written.count("\n") + 2) * len(margin))
    newline = "\n"
    if type(written) is not str:
        mark: Any = type(written)
        margin, newline = mark(margin), mark(newline)
    lines = (written + newline).splitlines()
    if blank:
        result = (newline + margin).join(lines)
    else:
        result = lines.pop(0)
        if lines:
            result += newline + newline.join(margin + line if line else line for line in lines)
    return margin + result if first else result


def wordwrap(
    value: Any,
    width: int = 79,
    break_long_words: bool = True,
    wrapstring: str | None = None,
    break_on_hyphens: bool = True,
) -> str:
    import textwrap

    written = as_text(value, "wordwrap")
    joint = "\n" if wrapstring is None else wrapstring
    if width < 1:
        raise wrong_value("`wordwrap` takes a width from 1")
    longest = max(map(len, written.split()), default=0)
    if longest * longest // width > _WRAP_WORK:
        raise wrong_value(f"`wordwrap` cannot break a word of {longest} characters")
    check_length(len(written) + (len(written) // width + written.count("\n") + 1) * len(joint))
    wrapper = textwrap.TextWrapper(
        width=width,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=break_long_words,
        break_on_hyphens=break_on_hyphens,
    )
    return joint.join([joint.join(wrapper.wrap(line)) for line in written.splitlines()])


def wordcount(value: Any) -> int:
    return sum(1 for _ in _WORD.finditer(as_text(value, "wordcount")))


def words(value: Any) -> list[str]:
    """Return the words of a text: what stands between white space."""
    return as_text(value, "words").split()


def lines(value: Any) -> list[str]:
    """Return the lines of a text, without their ends; the last may lack one."""
    written = as_text(value, "lines")
    found = _LINE_END.split(written)
    return found[:-1] if found[-1] == "" else found


def code(value: Any, language: str | None = None) -> str:
    """Return a text's first fenced block, of that language if one is named; without a fence, the text."""
    written = as_text(value, "code")
    fence = ""
    wanted = False
    found: list[str] = []
    for line in _LINE_END.split(written):
        mark = _FENCE.match(line)
        if not fence:
            if mark is not None and "`" not in line[mark.end() :]:
                fence = mark[1]
                tag = line[mark.end() :].split()
                wanted = language is None or (tag[0] if tag else "").lower() == language.lower()
        elif mark is not None and mark[1].startswith(fence) and not line[mark.end() :].strip():
            if wanted:
                return "\n".join(found)
            fence = ""
        elif wanted:
            found.append(line)
    if wanted:
        return "\n".join(found)
    return written.strip() if language is None else ""


def urlencode(value: Any) -> str:
    from urllib.parse import quote_from_bytes

    def quoted(part: Any, query: bool) -> str:
        data = as_text(part, "urlencode").encode("utf-8", "surrogatepass")
        check_length(len(data) * 3)
        found = quote_from_bytes(data, safe=b"" if query else b"/")
        return found.replace("%20", "+") if query else found

    if isinstance(value, dict):
        pairs: Any = value.items()
    elif isinstance(value, list | tuple):
        pairs = value
    else:
        return quoted(value, False)
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise wrong_kind(f"`urlencode` takes text, a map or pairs, not {described(pair)}")
    return "&".join(f"{quoted(key, True)}={quoted(item, True)}" for key, item in pairs)


FILTERS = {
    function.__name__: function
    for function in (
        string, upper, lower, capitalize, title, trim, center, replace, format, truncate, indent, wordwrap,
        wordcount, words, lines, code, urlencode,
    )
}  # fmt: skip

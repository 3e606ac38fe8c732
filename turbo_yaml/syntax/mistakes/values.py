"""Values that YAML takes for something other than the text they were meant to be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from turbo_yaml.records import replace
from turbo_yaml.source import Source
from turbo_yaml.syntax.lines import (
    before_comment,
    indentation,
    item_end,
    line_at,
    line_start,
    next_line,
)
from turbo_yaml.syntax.mistakes.site import Flaw, Repair, Site, leave_a_space, quote_it
from turbo_yaml.syntax.mistakes.structure import BLOCK_MARK, block_head, glued_key, run_end, shallow_line

_TEMPLATE_MARKS: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
# Looked for inside brackets: a quoted text is stepped over.
_IN_BRACKETS: Final = r"\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\r\n]|'')*'|\{[{%#]"
_RESERVED: Final = {"@": "`@`", "%": "`%`", "`": "a backtick"}


def bad_start(site: Site) -> Flaw | None:
    """Return the flaw of the first value since the last node whose first characters cannot begin a text."""
    text = site.text
    lines = site.lines()
    block = block_head(site)
    margin = -1
    if block is not None:
        first = line_at(text, next_line(text, block.start))
        margin = first.first - first.start
    for line in lines:
        value = line.value
        if block is not None:
            depth = indentation(text, line.start) or 0
            margin = depth if margin < 0 else margin
            if depth >= margin > block.first - block.start:
                continue
            if margin > depth > block.first - block.start and line.value == line.first:
                return shallow_line(site, line, block)
        block, margin = (line, -1) if re.search(BLOCK_MARK, text[line.lead : line.end]) else (None, -1)
        if "\t" in text[line.start : line.lead]:
            return tab(site, text.index("\t", line.start))
        if value >= line.end:
            continue
        if text[value : value + 2] in _TEMPLATE_MARKS:
            return unquoted_template(site.source, text, value)
        if text[value] == "%" and value == line.start:
            return directive(replace(site, opened=value))
        if text[value] in _RESERVED:
            return _reserved(site, value, line.end)
        if text[value] in "[{":
            for match in re.finditer(_IN_BRACKETS, text[value : line.end]):
                if match.group()[0] == "{":
                    return unquoted_template(site.source, text, value + match.start())
    return None


def unquoted_template(source: Source, text: str, at: int) -> Flaw:
    """Return the flaw of a value that begins with `{{`, `{%` or `{#` at `at`."""
    line = line_at(text, at)
    site = Site(source, text, at, at, at)
    glued = glued_key(site, line) if line.colon > 0 else None
    if glued is not None and text[glued.diagnostic.span.end] in "\"'":
        return glued  # the quotes do not begin a text, so the template does
    end = _template_end(text, at, line.end, in_brackets=at != line.value)
    last = end
    if at == line.first:
        last = max(end, run_end(text, line))  # what follows is the rest of one text
    mark = text[at : at + 2]
    message = f"YAML reads a value that begins with `{mark}` as a map, not as text"
    return site.flaw(
        "yaml-unquoted-template",
        message,
        (at, end),
        Repair(at, last, "value"),
        quote_it(source.text[at:end]),
    )


def _template_end(text: str, at: int, stop: int, in_brackets: bool) -> int:
    """Return where a value that begins with a template ends: at a comment, inside brackets also at `,`."""
    while at < stop:
        closing = _TEMPLATE_MARKS.get(text[at : at + 2])
        if closing is not None:
            close = text.find(closing, at + 2, stop)
            if close < 0:
                return stop
            at = close + 2
        elif in_brackets and text[at] in ",]}":
            break
        elif text[at] == "#" and text[at - 1] in " \t":
            while text[at - 1] in " \t":
                at -= 1
            break
        else:
            at += 1
    return at


def _reserved(site: Site, at: int, end: int) -> Flaw:
    end = before_comment(site.text, at, end)
    return site.flaw(
        "yaml-reserved-character",
        f"text cannot begin with {_RESERVED[site.text[at]]} in YAML",
        (at, at + 1),
        Repair(at, end, "value"),
        quote_it(site.source.text[at:end]),
    )


def tab(site: Site, at: int) -> Flaw:
    """Return the flaw of a tab where YAML allows spaces alone; it stands for all tabs that indent a line."""
    text = site.text
    if text[line_start(text, at) : at].strip(" "):
        end, message = at + 1, "a tab stands here; YAML wants a space"
        last = end
    else:
        indents = list(re.finditer(r"^ *\t[ \t]*", text[at:], re.MULTILINE))
        last = at + indents[-1].end()
        others = "1 more line" if len(indents) == 2 else f"{len(indents) - 1} more lines"
        more = f", here and on {others}" if len(indents) > 1 else ""
        end, message = at + 1, f"a tab indents this line{more}; YAML wants spaces"
    while text.startswith("\t", end):
        end += 1
    return site.flaw("yaml-tab", message, (at, end), Repair(at, last, "tabs"), "replace each tab with spaces")


def cannot_start(site: Site) -> Flaw | None:
    """Return the flaw of a character that begins nothing in YAML."""
    here = site.text[site.at : site.at + 1]
    if here == "\t":
        return tab(site, site.at)
    line = line_at(site.text, site.at)
    if here in _RESERVED:
        return _reserved(site, site.at, line.end)
    if here not in ("|", ">"):
        return None
    return site.flaw(
        "yaml-reserved-character",
        f"text inside brackets cannot begin with `{here}` in YAML",
        (site.at, site.at + 1),
        Repair(min(line.value, site.at), line.end, "value"),
        "put it in quotes",
    )


_CONDITIONS: Final = ("if", "elif", "while", "when", "for", "in", "match")


def tab_character(site: Site) -> Flaw:
    """Return the flaw of a tab that the parser named."""
    at = site.text.find("\t", max(site.at - 1, 0))
    return tab(site, site.at if at < 0 else at)


def second_colon(site: Site) -> Flaw | None:
    """Return the flaw of `key: text: more`, or None where the line has one colon."""
    line = line_at(site.text, site.at)
    if not 0 <= line.colon < site.at:
        return None
    bracket = re.compile(r"([\w-]+\??)[ \t]+(?=[\[{])").match(site.text, line.lead, line.colon)
    if bracket is not None:
        return site.flaw(
            "yaml-missing-colon",
            f"there is no `:` after `{bracket[1]}`",
            (line.lead, bracket.end(1)),
            Repair(line.lead, max(line.end, site.at + 1), "key"),
            f"write `{bracket[1]}: {site.shown(bracket.end(), line.end)}`",
        )
    help = quote_it(site.source.text[line.value : line.end])
    if site.at == line.end - 1 and site.text[line.lead : line.colon] in _CONDITIONS:
        help = "no `:` stands after a condition: the steps stand below `then` or `do`"
    return site.flaw(
        "yaml-colon-in-text",
        "`: ` inside a text makes a second key on this line",
        (site.at, site.at + 1),
        Repair(line.value, max(line.end, site.at + 1), "value"),
        help,
    )


def escape(site: Site) -> Flaw:
    """Return the flaw of a backslash in double quotes that begins no escape of YAML."""
    text = site.text
    at = max(text.rfind("\\", site.opened, site.at + 1), site.opened)
    kind = text[at + 1 : at + 2]
    digits = {"x": 2, "u": 4, "U": 8}.get(kind)
    end = min(at + 2 + (digits or 0), line_at(text, at).end)
    shown = site.shown(at, end)
    half = re.fullmatch(r"\\u[dD][89abAB][0-9a-fA-F]{2}", text[at:end])
    other = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})").match(text, end)
    help = "write `\\\\` for a backslash, or use single quotes"
    if half and other:
        code = 0x10000 + (int(text[at + 2 : end], 16) - 0xD800) * 0x400 + int(other.group(1), 16) - 0xDC00
        help = f"write `\\U{code:08x}`, or the character itself"
    closed = re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL).match(text, at)
    return site.flaw(
        "yaml-escape",
        f"`{shown}` is not a character; `\\{kind}` wants {digits} hexadecimal digits"
        if digits
        else f"`{shown}` is not an escape that YAML knows",
        (at, max(end, at + 1)),
        Repair(site.opened, max(line_at(text, site.opened).end, closed.end() if closed else 0), "value"),
        help,
    )


def block_header(site: Site) -> Flaw:
    """Return the flaw of text beside a `|` or `>`."""
    line = line_at(site.text, site.opened)
    mark = site.text[site.opened : site.opened + 1]
    return site.flaw(
        "yaml-block-header",
        f"text stands on the line of `{mark}`, which begins a block",
        (min(site.at, line.end - 1), line.end),
        Repair(site.opened, item_end(site.text, line), "value"),
        f"begin the text on the next line, indented; put it in quotes if `{mark}` is a part of it",
    )


def list_beside_key(site: Site) -> Flaw:
    """Return the flaw of `key: - item`."""
    line = line_at(site.text, site.at)
    return site.flaw(
        "yaml-list-beside-key",
        "a list cannot begin on the line of its key",
        (site.at, site.at + 1),
        Repair(line.value, item_end(site.text, line), "value"),
        "begin the list on the next line; put the value in quotes if it is text",
    )


def question(site: Site) -> Flaw:
    """Return the flaw of text that begins with `? `."""
    line = line_at(site.text, site.at)
    return site.flaw(
        "yaml-reserved-character",
        "text cannot begin with `? ` in YAML",
        (site.at, site.at + 1),
        Repair(line.value, line.end, "value"),
        quote_it(site.source.text[line.value : line.end]),
    )


def marked_as(kind: str) -> Callable[[Site], Flaw]:
    """Return the rewriting for text that begins with `*`, `&` or `!`, which YAML takes for its own."""

    def rewrite(site: Site) -> Flaw:
        line = line_at(site.text, site.opened)
        end = before_comment(site.text, site.opened, line.end)
        first = site.text[site.opened : site.opened + 1]
        article = "a" if kind == "tag" else "an"
        help = leave_a_space(site.text[site.opened : end]) or "put it in quotes if it is text"
        return site.flaw(
            f"yaml-{kind}",
            f"YAML reads `{site.shown(site.opened, end)}` as {article} {kind}, because of `{first}`",
            (site.opened, max(end, site.opened + 1)),
            Repair(site.opened, max(line.end, site.opened + 1), "value"),
            help,
        )

    return rewrite


def directive(site: Site) -> Flaw:
    """Return the flaw of a line that begins with `%`."""
    line = line_at(site.text, site.opened)
    return site.flaw(
        "yaml-directive",
        "YAML directives are not used here",
        (line.start, line.end),
        Repair(line.start, line.end, "line"),
        "remove the line, or put the text in quotes",
    )


def colon_without_value(site: Site) -> Flaw:
    """Return the flaw of `{a:}`."""
    line = line_at(site.text, site.at)
    if site.text[site.at + 1 : site.at + 2] in ("{", "["):
        return site.flaw(
            "yaml-missing-space",
            "there is no space after this `:`",
            (site.at, site.at + 1),
            Repair(line.value, line.end, "value"),
            f"write `: {site.shown(site.at + 1, line.end)}`",
        )
    return site.flaw(
        "yaml-missing-value",
        "there is no value after this `:`",
        (site.at, site.at + 1),
        Repair(line.value, line.end, "value"),
        "write a space and a value after it, or put the text in quotes",
    )

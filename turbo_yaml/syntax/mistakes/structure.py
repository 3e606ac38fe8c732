"""Lines that are not where the keys and items around them say: indentation, colons, dashes, spaces."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.syntax.lines import (
    Line,
    before_comment,
    indentation,
    item_end,
    line_at,
    line_start,
    next_line,
)
from turbo_yaml.syntax.mistakes.enclosures import after_enclosure
from turbo_yaml.syntax.mistakes.site import SEARCHED_LINES, Flaw, Repair, Site

_GLUED: Final = r"[A-Za-z_][\w.-]*\??:(?=[^\s:/])"
_WORD: Final = r"[A-Za-z_][\w-]*"
_BLOCK_MARK: Final = r"(?:^|[\s:-])[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$"


def shallow_block(site: Site) -> Flaw | None:
    """Return the flaw of a block's text that is not indented deeper than its key."""
    text = site.text
    head = line_at(text, site.reached)
    if not re.search(_BLOCK_MARK, text[head.lead : head.end]):
        return None
    lines = [line for line in site.lines() if line.start > head.start]
    if not lines or not _is_prose(lines[0]) or lines[0].first - lines[0].start > head.lead - head.start:
        return None
    first, end = lines[0], lines[0].end
    at = next_line(text, end)
    while at < len(text):
        line = line_at(text, at)
        if line.first < line.end and (
            not _is_prose(line) or line.first - line.start < first.first - first.start
        ):
            break
        end = max(end, line.end)
        at = next_line(text, max(at, line.end))
    return site.flaw(
        "yaml-indentation",
        "the text of this block is not indented deeper than its key",
        (first.first, first.end),
        Repair(first.start, end, "line"),
        "indent every line of the text by two more spaces than the key",
        ("the block begins here", head.lead, head.end),
    )


def _is_prose(line: Line) -> bool:
    """Tell whether a line is neither a key nor an item."""
    return line.colon < 0 and line.lead == line.first


def unexpected_key(site: Site) -> Flaw:
    """Return the flaw of a key below a text: too deep, or what is above was to be a key."""
    line = line_at(site.text, site.at)
    above = site.line_above(line)
    if above is None:
        return indentation_fits_nothing(site)
    column = line.lead - line.start
    # The text above may have several lines: what matters is where it began.
    begin = above
    while _is_prose(begin) and begin.lead - begin.start >= column:
        higher = site.line_above(begin)
        if higher is None:
            break
        begin = higher
    if begin.colon < 0:
        glued = glued_key(site, begin)
        if glued is not None:
            return glued
        if begin.lead - begin.start == column or _is_bare_item(site, above, line):
            return _missing_colon(site, begin)
    return site.flaw(
        "yaml-indentation",
        "this line is indented deeper than the one above, which has a value already",
        (line.first, max(line.end, line.first + 1)),
        Repair(line.start, item_end(site.text, line), "line"),
        "indent keys that belong together by the same number of spaces",
        ("it goes on from here", above.lead, above.end),
    )


def no_colon(site: Site) -> Flaw:
    """Return the flaw of a line where a `key: value` should be."""
    line = line_at(site.text, site.opened)
    return (
        glued_dash(site, line)
        or glued_key(site, line)
        or _missing_dash(site, line)
        or _missing_colon(site, line)
    )


def _missing_colon(site: Site, line: Line) -> Flaw:
    end = before_comment(site.text, line.lead, line.end)
    shown = site.shown(line.lead, end)
    message = f"`{shown}` stands where a `key: value` was expected"
    help = "write `key: value`, or indent the line if it goes on with the text above"
    related = None
    below = line_at(site.text, site.at)
    if _is_bare_item(site, line, below):
        message = f"`{shown}` has keys below it, so a `:` is missing after it"
        help = f"write `{shown}:`"
        if below.lead - below.start != line.lead - line.start:
            help += f", and begin `{site.shown(below.lead, below.colon)}` in its column"
        related = ("this key belongs to it", below.lead, below.end)
    return site.flaw(
        "yaml-missing-colon", message, (line.lead, end), Repair(line.lead, end, "key"), help, related
    )


def _is_bare_item(site: Site, line: Line, below: Line) -> bool:
    """Tell whether a line is an item of one word, such as `- generate`, and the one below a key of it."""
    if (
        below.colon < 0
        or not line.first - line.start < below.first - below.start
        or below.start <= line.start
    ):
        return False
    end = before_comment(site.text, line.lead, line.end)
    return line.lead > line.first and re.fullmatch(_WORD, site.text[line.lead : end]) is not None


def glued_key(site: Site, line: Line) -> Flaw | None:
    """Return the flaw of `key:value`, where a space is missing."""
    match = re.compile(_GLUED).match(site.text, line.lead, line.end)
    if match is None:
        return None
    key = site.source.text[line.lead : match.end()]
    is_block = re.search(_BLOCK_MARK, site.text[line.lead : line.end])
    return site.flaw(
        "yaml-missing-space",
        f"there is no space after `{key}`, so YAML reads no key here",
        (match.end() - 1, match.end()),
        Repair(match.end(), item_end(site.text, line) if is_block else line.end, "pair"),
        f"write `{key} {site.shown(match.end(), line.end)}`",
    )


def glued_dash(site: Site, line: Line) -> Flaw | None:
    """Return the flaw of `-item` below items, where a space is missing."""
    text, at = site.text, line.first
    if line.lead > at or not text.startswith("-", at) or not _is_below_items(site, line):
        return None
    return site.flaw(
        "yaml-missing-space",
        "there is no space after `-`, so YAML reads no item here",
        (at, at + 1),
        Repair(line.start, item_end(text, line), "line"),
        f"write `- {site.shown(at + 1, line.end)}`",
    )


def _missing_dash(site: Site, line: Line) -> Flaw | None:
    """Return the flaw of a line between items that begins without a dash."""
    if line.lead > line.first or not _is_below_items(site, line):
        return None
    return site.flaw(
        "yaml-missing-dash",
        "this line stands below list items and does not begin with `- `",
        (line.first, line.end),
        Repair(line.start, item_end(site.text, line), "line"),
        "begin it with `- ` if it is an item, or indent it if it belongs to the item above",
    )


def _is_below_items(site: Site, line: Line) -> bool:
    """Tell whether the next line above that is not deeper begins with a dash in the same column."""
    column, start = line.first - line.start, line.start
    for _ in range(SEARCHED_LINES):
        if start == 0:
            break
        start = line_start(site.text, start - 1)
        here = indentation(site.text, start)
        if here is not None and here <= column:
            return here == column and line_at(site.text, start).lead > start + here
    return False


def not_a_key(site: Site) -> Flaw | None:
    """Return the flaw of a line that fits neither the map nor the list that it was read into."""
    found = after_enclosure(site)
    if found is not None:
        return found
    line = line_at(site.text, site.at)
    if site.at > line.first:
        return None
    above = site.line_above(line)
    if above is not None and _is_bare_item(site, above, line):
        return _missing_colon(site, above)
    return glued_dash(site, line) or _missing_dash(site, line) or indentation_fits_nothing(site)


def indentation_fits_nothing(site: Site) -> Flaw:
    """Return the flaw of a line whose column is nobody's."""
    line = line_at(site.text, site.at)
    above = site.line_above(line)
    related = None
    if above is not None:
        related = (f"this line begins in column {above.first - above.start + 1}", above.first, above.end)
    return site.flaw(
        "yaml-indentation",
        f"this line begins in column {line.first - line.start + 1}, and nothing that it could belong to does",
        (line.first, line.end),
        Repair(line.start, item_end(site.text, line), "line"),
        "begin it in the same column as the keys or the `-` it belongs with",
        related,
    )


def after_the_root(site: Site) -> Flaw | None:
    """Return the flaw of a line that is outside all that was read: the first lines are indented."""
    found = after_enclosure(site)
    line = line_at(site.text, site.at)
    if found is not None or site.at > line.first:
        return found
    first = _first_line(site.text)
    if first is None or first.first == first.start or first.start >= line.start:
        return None
    return site.flaw(
        "yaml-indentation",
        "the first line is indented, and a line below it is not",
        (first.first, first.end),
        Repair(first.start, line.start, "line"),
        "begin the keys of the file in the first column",
        ("this line is not", line.first, line.end),
    )


def _first_line(text: str) -> Line | None:
    """Return the first line with something on it that is no comment."""
    match = re.compile(r"(?:[ ]*(?:#.*)?[\r\n])*").match(text)
    assert match is not None
    line = line_at(text, match.end())
    return line if line.first < line.end else None

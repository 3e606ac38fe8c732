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
_LOST_MARK: Final = r"([A-Za-z_][\w-]*)(?:(:)|[ \t]+)([|>][-+0-9]{0,2})(?=[ \t]*(?:#.*)?$)"
_TEMPLATE_STARTS: Final = ("{{", "{%", "{#")
BLOCK_MARK: Final = r"(?:^|[\s:-])[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$"


def shallow_block(site: Site) -> Flaw | None:
    """Return the flaw of a block's text that is not indented deeper than its key."""
    text = site.text
    head = line_at(text, site.reached)
    if not re.search(BLOCK_MARK, text[head.lead : head.end]):
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


def lost_block(site: Site) -> Flaw | None:
    """Return the flaw of a text of several lines below a key that has no `: |` after it, or not all of it."""
    for line in site.lines():
        for head in (line, _head_of(site, line)):
            mark = head and re.compile(_LOST_MARK).match(site.text, head.lead, head.end)
            if mark and head:
                return _lost_mark(site, head, mark)
        if line.lead > line.first or site.text[line.first : line.first + 2] not in _TEMPLATE_STARTS:
            continue
        head = _head_of(site, line)
        if head is None or not 0 <= head.colon == head.end - 1:
            return None
        end = _text_end(site.text, head)
        if end <= line.end:
            return None
        key = site.shown(head.lead, head.colon)
        return site.flaw(
            "yaml-unquoted-template",
            f"the text below `{key}:` begins with a template, which YAML reads as a map",
            (line.first, line.end),
            Repair(line.first, end, "value"),
            f"write `{key}: |`: text of several lines follows",
            ("it belongs to this key", head.lead, head.end),
        )
    return None


def _lost_mark(site: Site, head: Line, mark: re.Match[str]) -> Flaw | None:
    """Return the flaw of `key |` or `key:|` with a text below it."""
    end = _text_end(site.text, head)
    if end <= head.end:
        return None
    help = f"write `{mark[1]}: {mark[3]}`"
    if mark[2]:
        message = f"there is no space after `{mark[1]}:`, so YAML reads no key here"
        at = mark.end(2) - 1
        return site.flaw("yaml-missing-space", message, (at, at + 1), Repair(at + 1, end, "pair"), help)
    message = f"`{mark[0].strip()}` has text below it, so a `:` is missing after `{mark[1]}`"
    place = (head.lead, mark.end(3))
    return site.flaw("yaml-missing-colon", message, place, Repair(head.lead, end, "key"), help)


def shallow_line(site: Site, line: Line, head: Line) -> Flaw:
    """Return the flaw of a line of a block that is less deep than the first one."""
    return site.flaw(
        "yaml-indentation",
        "this line is not indented as deep as the text above, so the text ends before it",
        (line.first, line.end),
        Repair(line.start, _text_end(site.text, head), "line"),
        "begin every line of the text in the same column, or further right",
        ("the text begins here", head.lead, head.end),
    )


def _head_of(site: Site, line: Line) -> Line | None:
    """Return the nearest line above that is less deep."""
    above = site.line_above(line)
    for _ in range(SEARCHED_LINES):
        if above is None or above.first - above.start < line.first - line.start:
            break
        above = site.line_above(above)
    return above


def block_head(site: Site) -> Line | None:
    """Return the line with the `|` or `>` of the text that was read last."""
    line = line_at(site.text, max(site.reached - 1, 0))
    head = _head_of(site, line)
    for _ in range(SEARCHED_LINES):
        if head is None or re.search(BLOCK_MARK, site.text[head.lead : head.end]):
            return head
        head = _head_of(site, head) if head.colon < 0 and head.first == head.lead and head.start else None
    return None


def _text_end(text: str, head: Line) -> int:
    """Return where what is indented deeper than a line ends."""
    return run_end(text, head, head.first - head.start + 1)


def run_end(text: str, line: Line, least: int | None = None) -> int:
    """Return where the lines end that are indented as deep as the first one, or as deep as `least`."""
    least = line.first - line.start if least is None else least
    end, at = line.end, next_line(text, line.end)
    while at < len(text):
        here = indentation(text, at)
        if here is not None:
            if here < least:
                break
            end = line_at(text, at).end
        at = next_line(text, at)
    return end


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
        word = re.fullmatch(_WORD, site.text[begin.lead : begin.end])
        if begin.lead - begin.start == column or _is_bare_item(site, above, line) or word is not None:
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
    is_block = re.search(BLOCK_MARK, site.text[line.lead : line.end])
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
    return (
        glued_dash(site, line)
        or _glued_dash_above(site, line)
        or _missing_dash(site, line)
        or indentation_fits_nothing(site)
    )


def _glued_dash_above(site: Site, line: Line) -> Flaw | None:
    """Return the flaw of a first item without its space, above an item in the same column."""
    above = site.line_above(line) if line.lead > line.first else None
    while above is not None and above.first - above.start > line.first - line.start:
        above = site.line_above(above)
    text = site.text
    if above is None or above.lead > above.first or text[above.first] != "-" or above.colon < 0:
        return None
    at = above.first
    if at - above.start != line.first - line.start:
        return None
    help = f"write `- {site.shown(at + 1, above.end)}`"
    message = "there is no space after `-`, so YAML reads no item here"
    return site.flaw(
        "yaml-missing-space", message, (at, at + 1), Repair(above.start, line.start, "line"), help
    )


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

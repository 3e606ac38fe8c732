"""Quotes and brackets that are not closed, or closed too early."""

from __future__ import annotations

from turbo_yaml.records import replace
from turbo_yaml.syntax.lines import Line, item_end, line_at, line_start, line_stop
from turbo_yaml.syntax.mistakes.site import SEARCHED_LINES, Flaw, Repair, Site


def after_enclosure(site: Site) -> Flaw | None:
    """Return the flaw of what follows a closing quote or bracket on its line, or None where nothing does."""
    text = site.text
    line = line_at(text, site.at)
    if text[site.at : site.at + 1] in ("]", "}"):
        return _unopened(site, line)
    if site.at <= line.first:
        return None
    close = len(text[line.start : site.at].rstrip(" ")) + line.start - 1
    last = text[close] if close >= line.start else ""
    if last and last in "\"'":
        return _after_quote(site, line, close)
    if not last or last not in "]}":
        return None
    return site.flaw(
        "yaml-text-after-bracket",
        f"text stands after the closing `{last}`",
        (site.at, line.end),
        Repair(line.value, line.end, "value"),
        "put the whole value in quotes if it is text",
    )


def _after_quote(site: Site, line: Line, close: int) -> Flaw:
    """`'it's'`, or a quote that was closed by the next text's opening quote."""
    text = site.text
    value = text[line.value : line.value + 1]
    if value != text[close] or line.value >= close:
        return unclosed_quote(replace(site, opened=_opening(site, close)), close)
    mark = "''" if value == "'" else '\\"'
    return site.flaw(
        "yaml-text-after-quote",
        f"text stands after the closing `{value}`",
        (site.at, line.end),
        Repair(line.value, line.end, "value"),
        f"write `{mark}` for a quote inside the text, or put the whole text below a `|`",
        ("the text was closed here", close, close + 1),
    )


def _opening(site: Site, close: int) -> int:
    """Return where the quote that closes at `close` opened: in a line above whose value begins with it."""
    text, start = site.text, line_start(site.text, close)
    for _ in range(SEARCHED_LINES):
        if start == 0:
            break
        line = line_at(text, start - 1)
        if line.value < line.end and text[line.value] == text[close]:
            return line.value
        start = line.start
    return close


def unclosed_quote(site: Site, close: int | None = None) -> Flaw:
    """Return the flaw of a quote that opens at `site.opened`; at `close` another text's quote closed it."""
    at = site.opened
    quote = site.text[at : at + 1]
    related = ("the text ends here", *site.last_character())
    if close is not None:
        related = ("it is closed here, by what should open another", close, close + 1)
    return site.flaw(
        "yaml-unclosed-quote",
        f"the `{quote}` that opens here is not closed",
        (at, at + 1),
        Repair(at, max(line_at(site.text, at).end, min(at + 1, line_stop(site.text, at))), "value"),
        f"close it with `{quote}` where the text ends",
        related,
    )


def _unopened(site: Site, line: Line) -> Flaw:
    alone = site.at == line.first
    return site.flaw(
        "yaml-unopened-bracket",
        f"nothing is open that this `{site.text[site.at]}` could close",
        (site.at, site.at + 1),
        Repair(line.start if alone else line.value, line.end, "line" if alone else "value"),
        "remove it, or put the whole value in quotes if it is text",
    )


def bracket(site: Site) -> Flaw | None:
    """Return the flaw of a bracket without its partner, or of values without a comma between them."""
    text, at = site.text, site.at
    line = line_at(text, site.opened)
    opening, closing = _pair(site)
    if opening not in ("[", "{") or text[at : at + 1] == closing:
        return None
    if at > line.end or at >= len(text.rstrip()) or text[at] in "]}":
        return unclosed_bracket(site)
    return site.flaw(
        "yaml-missing-comma",
        f"`{site.shown(at, at + 1)}` stands where a `,` or `{closing}` was expected",
        (at, at + 1),
        Repair(site.opened, line.end, "value"),
        "separate values with `, `; put text that holds `: `, `,`, `[` or `{` in quotes",
        (f"the `{opening}` was opened here", site.opened, site.opened + 1),
    )


def unclosed_bracket(site: Site) -> Flaw:
    """Return the flaw of the bracket at `site.opened`, which nothing closes."""
    text, at = site.text, site.at
    opening, closing = _pair(site)
    line = line_at(text, site.opened)
    fits_not = ("this does not fit inside it", at, at + 1)
    # What is closed wrongly ends there; what is not closed at all, with the item that it is in.
    end = item_end(text, line) if at > line.end or at >= len(text.rstrip()) else line.end
    return site.flaw(
        "yaml-unclosed-bracket",
        f"the `{opening}` that opens here is not closed",
        (site.opened, site.opened + 1),
        Repair(line.value if end == line.end else site.opened, max(end, site.opened + 1), "value"),
        f"close it with `{closing}`",
        fits_not if at < len(text) else ("the text ends here", *site.last_character()),
    )


def _pair(site: Site) -> tuple[str, str]:
    opening = site.text[site.opened : site.opened + 1]
    return opening, "]" if opening == "[" else "}"

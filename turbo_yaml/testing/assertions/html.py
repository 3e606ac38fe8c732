"""Assertions about HTML: whether a text is some, or has some in it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from turbo_yaml.testing.assertions.finding import Finding, Look, quoted

_VOID: Final = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip
"""The elements that are never closed."""
_LAX: Final = {
    "body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt",
    "tbody", "td", "tfoot", "th", "thead", "tr",
}  # fmt: skip
"""The elements that may be left open."""
_CLOSED: Final = {
    "a", "abbr", "address", "article", "aside", "audio", "b", "bdi", "bdo", "blockquote", "button",
    "canvas", "caption", "cite", "code", "data", "datalist", "del", "details", "dfn", "dialog",
    "div", "dl", "em", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hgroup", "i", "iframe", "ins", "kbd", "label", "legend", "main", "map",
    "mark", "math", "menu", "meter", "nav", "noscript", "object", "ol", "output", "picture", "pre",
    "progress", "q", "ruby", "s", "samp", "script", "search", "section", "select", "slot", "small",
    "span", "strong", "style", "sub", "summary", "sup", "svg", "table", "template", "textarea",
    "time", "title", "u", "ul", "var", "video",
}  # fmt: skip
_KNOWN: Final = _VOID | _LAX | _CLOSED
_FOREIGN: Final = frozenset(("svg", "math"))
"""The elements in which others have names of their own."""


def is_html(look: Look) -> Finding:
    """Read the subject as HTML: elements there are, closed where they must be, with no text around them."""
    found = _read(look.text)
    problem = found.problem
    if problem is None and found.text_outside:
        problem = "there is text outside of its elements"
    if problem is None and not found.elements:
        problem = "it has no element"
    return Finding(
        problem is None, f"the text is no HTML: {problem}" if problem else "the text is HTML", got=look.text
    )


def contains_html(look: Look) -> Finding:
    """Look for an element of HTML in the subject that is whole."""
    found = _read(look.text).whole
    if found is None:
        return Finding(False, "there is no HTML in the text", got=look.text)
    return Finding(True, f"there is HTML in the text: {quoted(f'<{found}>')}", got=look.text)


def _read(text: str) -> _Elements:
    reader = _Elements()
    reader.feed(text)
    reader.close()
    for name in reversed(reader.open):
        if name not in _LAX:
            reader.say(f"`<{name}>` is not closed")
    return reader


class _Elements(HTMLParser):
    """The elements of a text. `whole` is one that is whole, `problem` what is wrong first."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements = 0
        self.whole: str | None = None
        self.problem: str | None = None
        self.text_outside = False

    def say(self, problem: str) -> None:
        """Take note of a problem, if it is the first."""
        self.problem = self.problem or problem

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element that begins."""
        self.elements += 1
        if not self._is_known(tag):
            self.say(f"there is no element `<{tag}>`")
            return
        if tag in _VOID:
            self.whole = self.whole or tag
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element that ends where it begins, as void ones and those of SVG may."""
        self.elements += 1
        if tag in _VOID or (self._is_known(tag) and not _FOREIGN.isdisjoint((*self.open, tag))):
            self.whole = self.whole or tag
        else:
            self.say(f"`<{tag}/>` does not end there")

    def handle_endtag(self, tag: str) -> None:
        """Take in the end of an element, and of those in it that may be left open."""
        if tag not in self.open:
            if self._is_known(tag):
                self.say(f"`</{tag}>` closes what is not open")
            return
        while (inner := self.open.pop()) != tag:
            if inner not in _LAX:
                self.say(f"`<{inner}>` is not closed where `</{tag}>` stands")
        self.whole = self.whole or tag

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if data.strip() and not self.open:
            self.text_outside = True

    def _is_known(self, tag: str) -> bool:
        """Tell whether there is such an element: one of HTML, of one's own (`x-note`), or within SVG."""
        return tag in _KNOWN or "-" in tag or not _FOREIGN.isdisjoint(self.open)

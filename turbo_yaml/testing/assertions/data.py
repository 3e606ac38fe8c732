"""Assertions about values: equality, JSON, XML, expressions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.testing.assertions.finding import Finding, Look, laid_out, listed, quoted, shown
from turbo_yaml.types.filling import fill
from turbo_yaml.types.schema.equality import equal
from turbo_yaml.types.validation import problems

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_OPENING: Final = re.compile(r"<([A-Za-z_][\w.-]*)(?:\s[^<>]*)?>")
_ATTEMPTS: Final = 200
"""How many pieces of a text are tried as XML."""
_ANY: Final = {"type": ["object", "array"]}


def result(look: Look) -> Finding:
    """Compare the subject with a value of the same type."""
    holds = equal(look.subject, look.value)
    return _compared(look, holds)


def equals(look: Look) -> Finding:
    """Compare the subject with a value: as data where the value is data, else as text."""
    if isinstance(look.value, str):
        return _compared(look, look.text == look.value)
    subject = look.subject
    if isinstance(subject, str):
        subject = _loaded(subject)
    return _compared(look, equal(subject, look.value))


def _compared(look: Look, holds: bool) -> Finding:
    wanted, got = laid_out(look.value), laid_out(look.subject)
    fact = "this is what it is"
    if not holds:
        same = wanted == got
        kinds = f": {_kind(look.subject)}, not {_kind(look.value)}" if same else ""
        fact = f"it is something else{kinds}"
    return Finding(holds, fact, wanted=wanted, got=got)


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text", list: "a list"}
    return "null" if value is None else names.get(type(value), "a mapping")


def expression(look: Look) -> Finding:
    """Look whether an expression is true."""
    if isinstance(look.value, str):
        return Finding(False, f"the expression is text, {quoted(look.value)}: compare it with something")
    holds = bool(look.value)
    return Finding(holds, f"the expression is {'true' if holds else 'not true'}", got=shown(look.subject))


def is_json(look: Look) -> Finding:
    """Read the subject as JSON, of a type where one is given."""
    data = look.subject
    if isinstance(data, str):
        data = _loaded(data)
        if data is _NO_JSON:
            return Finding(False, "the text is not JSON", got=look.text)
    return _typed(look, data)


def contains_json(look: Look) -> Finding:
    """Look for JSON in the subject, of a type where one is given."""
    from turbo_yaml.types.reply import read_reply

    if not isinstance(look.subject, str):
        return _typed(look, look.subject)
    data, found = read_reply(_ANY if look.value is None else look.value, look.subject)
    if found:
        return Finding(False, found[0].message.replace("in the reply", "in the text"), got=look.text)
    return Finding(True, f"there is JSON in the text: {quoted(shown(data))}", got=look.text)


def _typed(look: Look, data: Any) -> Finding:
    if look.value is None:
        return Finding(True, "the text is JSON", got=laid_out(data))
    found = problems(look.value, fill(look.value, data))
    if found:
        at = f" at `{found[0].pointer}`" if found[0].pointer else ""
        return Finding(False, f"the JSON does not fit{at}: {found[0].message}", got=laid_out(data))
    return Finding(True, "the text is JSON of this type", got=laid_out(data))


_NO_JSON: Final = object()


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NO_JSON


def is_xml(look: Look) -> Finding:
    """Read the subject as XML, with certain elements where they are given."""
    root = _parsed(look.text.strip())
    if root is None:
        return Finding(False, "the text is not XML", got=look.text)
    missing = _missing(root, look.value or ())
    if missing:
        return Finding(False, f"the XML has no {listed(missing)}", got=look.text)
    return Finding(True, "the text is XML", got=look.text)


def contains_xml(look: Look) -> Finding:
    """Look for XML in the subject, with certain elements where they are given."""
    missing: list[str] | None = None
    for piece in _pieces(look.text):
        root = _parsed(piece)
        if root is not None:
            missing = _missing(root, look.value or ())
            if not missing:
                return Finding(True, f"there is XML in the text: {quoted(piece)}", got=look.text)
    fact = "there is no XML in the text" if missing is None else f"the XML has no {listed(missing)}"
    return Finding(False, fact, got=look.text)


def _parsed(text: str) -> Element | None:
    from xml.etree import ElementTree

    if "<!" in text and ("<!DOCTYPE" in text or "<!ENTITY" in text):
        return None  # what a model wrote may define nothing
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None


def _missing(root: Element, wanted: Sequence[str]) -> list[str]:
    """Return the paths, from the root's name on, at which there is no element."""
    missing = []
    for path in wanted:
        first, *rest = path.split(".")
        here = [root] if root.tag == first else []
        for name in rest:
            here = [child for parent in here for child in parent if child.tag == name]
        if not here:
            missing.append(path)
    return missing


def _pieces(text: str) -> Iterator[str]:
    """Yield what stands between a tag and one that closes it, the longest pieces first."""
    for number, opening in enumerate(_OPENING.finditer(text)):
        if number >= _ATTEMPTS:
            return
        closing = f"</{opening[1]}>"
        end = text.rfind(closing)
        if end > opening.start():
            yield text[opening.start() : end + len(closing)]
            first = text.find(closing, opening.end())
            if first != end:
                yield text[opening.start() : first + len(closing)]
        elif opening[0].endswith("/>"):
            yield opening[0]

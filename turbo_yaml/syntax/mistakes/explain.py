"""What PyYAML said and where, to the flaw that it means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from turbo_yaml.records import replace
from turbo_yaml.syntax.lines import line_at
from turbo_yaml.syntax.mistakes import enclosures, structure, values
from turbo_yaml.syntax.mistakes.site import Flaw, Repair, Site

Rewriting = Callable[[Site], Flaw | None]


def explain(site: Site, said: str) -> Flaw:
    """Return the flaw that an error of PyYAML means, which `said` this; the likeliest cause comes first."""
    in_quotes = "quoted scalar" in said
    causes: tuple[Rewriting, ...] = (
        () if in_quotes else (structure.shallow_block, structure.lost_block, values.bad_start)
    )
    named = [rewriting for words, rewriting in _REWRITINGS if words in said]
    for rewriting in (*causes, *named[:1]):
        found = rewriting(site)
        if found is not None:
            return found
    return _unknown(site)


def _second_colon(site: Site) -> Flaw:
    return values.second_colon(site) or structure.unexpected_key(site)


def _no_value(site: Site) -> Flaw | None:
    """Something that begins no value stands where one should be."""
    text, at = site.text, site.at
    line = line_at(text, at)
    if site.bracket >= 0 and (site.bracket < line.start or at >= len(text.rstrip())):
        return enclosures.unclosed_bracket(replace(site, opened=site.bracket))
    if at >= len(text.rstrip()):
        return None
    after = enclosures.after_enclosure(site)
    if after is not None:
        return after
    return site.flaw(
        "yaml-missing-value",
        f"`{site.shown(at, at + 1)}` stands where a value was expected",
        (at, at + 1),
        Repair(min(line.value, at), line.end, "value"),
        "put it in quotes if it is text",
    )


def _outside(site: Site) -> Flaw:
    """Something stands behind the end of all that was read; nothing after it can be read either."""
    found = structure.after_the_root(site)
    if found is not None:
        return found
    line = line_at(site.text, site.at)
    return site.flaw(
        "yaml-syntax",
        f"`{site.shown(site.at, line.end)}` does not belong to what was read before it",
        (site.at, max(line.end, site.at + 1)),
        Repair(line.start if site.at == line.first else site.at, len(site.text), "line"),
        "check the quotes, brackets and indentation up to here",
    )


def _unknown(site: Site) -> Flaw:
    line = line_at(site.text, site.at)
    shown = site.shown(site.at, line.end)
    related = None
    if site.opened < line.start:
        related = ("it was read as a part of what begins here", site.opened, site.opened + 1)
    if line.value < line.end:
        repair = Repair(line.value, line.end, "value")
    else:
        repair = Repair(line.start, line.end, "line")
    return site.flaw(
        "yaml-syntax",
        f"`{shown}` does not fit here" if shown else "the text stops in the middle of something",
        (site.at, max(line.end, site.at + 1)),
        repair,
        "check the quotes, brackets and indentation up to here",
        related,
    )


# The words are parts of what PyYAML's C parser or its pure one says; the first that fits decides.
_REWRITINGS: Final[tuple[tuple[str, Rewriting], ...]] = (
    ("tab character", values.tab_character),
    ("cannot start any token", values.cannot_start),
    ("mapping values are not allowed", _second_colon),
    ("could not find expected ':'", structure.no_colon),
    ("found unexpected end of stream", enclosures.unclosed_quote),
    ("found unexpected document", enclosures.unclosed_quote),
    ("unknown escape character", values.escape),
    ("hexdecimal number", values.escape),
    ("hexadecimal numbers", values.escape),
    ("Unicode character escape", values.escape),
    ("scanning a block scalar", values.block_header),
    ("sequence entries are not allowed", values.list_beside_key),
    ("mapping keys are not allowed", values.question),
    ("flow sequence", enclosures.bracket),
    ("flow mapping", enclosures.bracket),
    ("an alias", values.marked_as("alias")),
    ("an anchor", values.marked_as("anchor")),
    ("directive", values.directive),
    ("a tag", values.marked_as("tag")),
    ("tag handle", values.marked_as("tag")),
    ("document start", _outside),
    ("node content", _no_value),
    ("unexpected ':'", values.colon_without_value),
    ("block mapping", structure.not_a_key),
    ("block collection", structure.not_a_key),
    ("block sequence", structure.not_a_key),
)

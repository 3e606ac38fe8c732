"""Filters for HTML and XML: escaped text remembers that it is."""

from __future__ import annotations

import re
from typing import Any

from turbo_yaml.runtime.values.bounds import check_length
from turbo_yaml.runtime.values.filters.costs import charge_items
from turbo_yaml.runtime.values.filters.texts import as_text
from turbo_yaml.runtime.values.words import described, wrong_kind, wrong_value

_ODD_KEY = re.compile(r"[\s/>=]", re.ASCII)
_LONGEST_LINKED = 100_000


def escape(value: Any) -> str:
    from markupsafe import Markup
    from markupsafe import escape as escaped

    written = as_text(value, "escape")
    if isinstance(written, Markup):
        return written
    check_length(len(written) * 2)
    return escaped(written)


def forceescape(value: Any) -> str:
    return escape(str(as_text(value, "forceescape")))


def safe(value: Any) -> str:
    from markupsafe import Markup

    return Markup(as_text(value, "safe"))


def striptags(value: Any) -> str:
    from markupsafe import Markup

    return Markup(as_text(value, "striptags")).striptags()


def urlize(
    value: Any,
    trim_url_limit: int | None = None,
    nofollow: bool = False,
    target: str | None = None,
    rel: str | None = None,
    extra_schemes: Any = None,
) -> str:
    from jinja2.utils import urlize as linked

    written = as_text(value, "urlize")
    if len(written) > _LONGEST_LINKED:
        raise wrong_value(f"`urlize` reads at most {_LONGEST_LINKED} characters")
    for name, given in (("target", target), ("rel", rel)):
        if given is not None and not isinstance(given, str):
            raise wrong_kind(f"`urlize` takes a text as `{name}`, not {described(given)}")
    relations = {*(rel or "").split(), "noopener", *(["nofollow"] if nofollow else [])}
    schemes = [] if extra_schemes is None else list(extra_schemes)
    for scheme in schemes:
        if not isinstance(scheme, str) or re.fullmatch(r"[\w.+-]{2,}:(/){0,2}", scheme) is None:
            raise wrong_value("`urlize` takes schemes such as `tel:` and `ftp://`")
    return str(
        linked(
            written,
            trim_url_limit=trim_url_limit,
            rel=" ".join(sorted(relations)),
            target=target,
            extra_schemes=schemes,
        )
    )


def xmlattr(value: Any, autospace: bool = True) -> str:
    if not isinstance(value, dict):
        raise wrong_kind(f"`xmlattr` takes a map, not {described(value)}")
    charge_items("xmlattr", len(value))
    parts: list[str] = []
    for key, item in value.items():
        if item is None:
            continue
        if not isinstance(key, str) or _ODD_KEY.search(key) is not None:
            raise wrong_value(f"`{key}` cannot be the name of an attribute")
        parts.append(f'{escape(key)}="{escape(item)}"')
    written = " ".join(parts)
    check_length(len(written))
    return f" {written}" if autospace and written else written


FILTERS = {
    function.__name__: function for function in (escape, forceescape, safe, striptags, urlize, xmlattr)
}
FILTERS["e"] = escape

"""Parts of an expression as their author wrote them, for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbo_yaml.template import Expression, Text

if TYPE_CHECKING:
    from jinja2 import nodes

_LONGEST = 40


def written(where: Text | Expression, node: nodes.Node) -> str | None:
    """Return an expression as it stands in the file, in backticks; None where it is too long for that."""
    start, end = where.span_of(node)
    text = where.source.text[start:end]
    return f"`{text}`" if 0 < len(text) <= _LONGEST and "\n" not in text and "`" not in text else None

"""A text to the parts of it that would be templates with one brace more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_HALF: Final = (
    r"(?<![{\w])\{ ?[A-Za-z_][^{}:\n]*\}\}"  # { name }}
    r"|(?<![{%])% ?(?:end)?(?:for|if|else|elif|set)\b[^{}%\n]*%\}"  # % if name %}
)


def half_templates(text: str) -> Iterator[re.Match[str]]:
    """Yield what looks like an expression or a tag that lacks its first brace."""
    return re.finditer(_HALF, text)


def is_half_template(value: object) -> bool:
    """Tell whether a value is a text that was probably meant as a template."""
    return isinstance(value, str) and "}" in value and re.search(_HALF, value) is not None

"""What names, paths and templates look like, as patterns that Python and JSON Schema read alike."""

from __future__ import annotations

from turbo_yaml.syntax.durations import PATTERN

WORD = r"[A-Za-z_][A-Za-z0-9_-]*"
"""A name in the file: of a step, a flow, a profile, an alias."""

PATH = r"(?![/~])(?![A-Za-z][A-Za-z0-9+.-]*:)[^\\]+"
"""A path from the file's folder, with `/` between folders."""

INSTALLED = r"turbo:[a-z][a-z0-9_]*"
"""The name of a flow that comes with turbo-yaml."""

FLOW = rf"(?:{WORD}(?:\.{WORD})?|{PATH}\.ya?ml)"
"""The name of a flow, `alias.name`, or the path of a flow file."""

TOOL = rf"{WORD}(?:\.[A-Za-z0-9_./-]+)?"
"""The name of a tool, or `server.name` for one of an MCP server's."""

REQUEST = r"(?:(?:GET|HEAD|POST|PUT|PATCH|DELETE) )?https?://\S+"
"""The method and the address of an HTTP request; `GET` may be left out. Finer rules are `endpoint`'s."""

VARIABLE = r"(?!__)[^\s!-/:-@\[-^`{-~0-9][^\s!-/:-@\[-^`{-~]*"
"""The name of a variable: letters of any script, digits and `_`. Finer rules are `types.names`'."""

TEMPLATE = r"\{[{%#]"
"""What makes a text a template, anywhere in it."""

DURATION = PATTERN
"""A number with its unit."""

LARGEST = 1_000_000_000
"""The largest number that a count, a limit or a number of seconds may be."""


def whole(pattern: str) -> str:
    """Return the pattern of a text that is nothing but this."""
    return f"^(?:{pattern})$"

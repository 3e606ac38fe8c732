"""Typed lines, for hosts: what turbo-chat calls a scratchpad."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

from turbo_yaml.types.lines import parse_lines, read_lines

T = TypeVar("T")


class Scratchpad(Generic[T]):
    """Reads typed lines out of a text.

    Each line of `spec` is text with fields in it: `Score: {score:int}`. The types are `text`, `word`, `int`,
    `float`, `bool`, `json` and `multiline`. `UsageError` where it cannot be read.
    """

    def __init__(self, spec: str) -> None:
        self.spec = spec
        self._lines = parse_lines(spec)

    def parse(self, input: str) -> T:
        """Return the fields that were found, by name; lines that are missing or do not fit are left out."""
        found: dict[str, Any] = read_lines(self._lines, input)[0]
        return cast(T, found)

"""The corpora by what they go through, each case with its name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final, TypeAlias, TypeVar

from tests.codegen_templates import hostile
from tests.hostile.corpus import escapes, flows, greedy

BATCH: Final = 200
"""So many of the templates that are spelled by program take less than a second."""
Case: TypeAlias = tuple[str, Any]
_Any = TypeVar("_Any")

EVERYTHING: Final = os.environ.get("TURBO_YAML_HOSTILE") == "all"
"""Whether tests go through whole corpora; usually they take some of each, and CI's report takes all."""

SPELLED_EACH: Final = 101
"""Of the templates that are spelled by program, the report takes every one of so many."""


def templates() -> list[Case]:
    """Return hostile templates and flows, by hand and by program."""
    spelled = escapes.spelled()[:: 1 if EVERYTHING else SPELLED_EACH]
    by_hand = (*escapes.KNOWN, *hostile.ESCAPES, *hostile.GREEDY, *hostile.DEEP, *greedy.HAND)
    texts = dict.fromkeys((*by_hand, *spelled, *greedy.many()))
    return [*((text, {"template": text}) for text in texts), *flows.FLOWS.items()]


def some(cases: Sequence[_Any], each: int) -> list[_Any]:
    """Return every one of `each` cases, or all of them if that is wanted."""
    return list(cases if EVERYTHING else cases[::each])


def escaping() -> list[str]:
    """Return every template that Jinja's own sandbox is asked about as well."""
    return [*dict.fromkeys((*escapes.KNOWN, *escapes.spelled()))]


def in_batches(texts: Sequence[str], **more: Any) -> list[Case]:
    """Return templates as cases that go through many in one process, named by their first."""
    starts = range(0, len(texts), BATCH)
    return [(texts[at], {"templates": texts[at : at + BATCH], **more}) for at in starts]

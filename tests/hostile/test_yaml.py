"""Hostile YAML, each text in a process of its own: no crash, and the first finding in the right line."""

from __future__ import annotations

import pytest

from tests.hostile.box import judged
from tests.hostile.cases import some
from tests.hostile.corpus.yaml_texts import BY_HAND, HARMLESS, LINES, misplaced, yaml_texts

pytestmark = pytest.mark.slow


def test_no_text_crashes_the_loader_or_is_read_for_long_or_is_blamed_in_another_line() -> None:
    texts = some(yaml_texts(), 11)
    texts += [(name, BY_HAND[name]) for name in LINES]
    verdicts = judged("yaml", texts)
    assert not [verdict for verdict in verdicts if verdict.how == "hole"]
    assert not misplaced(verdicts)


def test_a_text_that_is_blamed_elsewhere_is_seen() -> None:
    ((name, text),) = [(name, text) for name, text in BY_HAND.items() if name == "a scalar after a map"]
    (verdict,) = judged("yaml", [(name, "\n" + text)])
    assert misplaced([verdict]) == [verdict]
    assert HARMLESS.isdisjoint(LINES)

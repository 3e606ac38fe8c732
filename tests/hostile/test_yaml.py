"""Hostile YAML, each text in a process of its own: no crash, and findings in the text."""

from __future__ import annotations

from tests.hostile.box import judged
from tests.hostile.cases import some
from tests.hostile.corpus.yaml_texts import yaml_texts


def test_no_text_crashes_the_loader_or_is_read_for_long() -> None:
    verdicts = judged("yaml", some(yaml_texts(), 11))
    assert not [verdict for verdict in verdicts if verdict.how == "hole"]

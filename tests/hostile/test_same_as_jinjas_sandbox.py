"""What Jinja's own sandbox refuses is refused here, or shows nothing but data."""

from __future__ import annotations

import pytest

from tests.hostile.box import judged
from tests.hostile.cases import escaping, in_batches

pytestmark = pytest.mark.slow

PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_what_jinjas_sandbox_refuses_is_refused_or_only_shows_data(part: int) -> None:
    """All that is spelled by program, in parts that can be run side by side."""
    verdicts = judged("sandbox", in_batches(escaping()[part::PARTS]))
    assert [(one.case, one.detail) for one in verdicts if one.how != "passed"] == []
    assert len(verdicts) > 10


def test_jinjas_sandbox_stops_most_of_what_is_spelled_by_program() -> None:
    texts = escaping()[::401]
    theirs = judged("jinja", [(text, {"template": text}) for text in texts])
    assert sum(other.how == "failed" for other in theirs) > len(texts) // 2


def test_the_examples_of_what_escapes_are_stopped_by_jinja_too_or_are_beyond_it() -> None:
    (verdict,) = judged("jinja", [("format", {"template": "{{ '{0.__class__}'.format(name) }}"})])
    assert verdict.how == "failed"

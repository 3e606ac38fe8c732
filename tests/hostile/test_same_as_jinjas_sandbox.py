"""What Jinja's own sandbox refuses is refused here, or shows nothing but data."""

from __future__ import annotations

import json

import pytest

from tests.hostile.box import judged
from tests.hostile.cases import some
from tests.hostile.corpus import escapes

pytestmark = pytest.mark.slow


def test_what_jinjas_sandbox_refuses_is_refused_or_only_shows_data() -> None:
    texts = some([*dict.fromkeys((*escapes.KNOWN, *escapes.spelled()))], 401)
    cases = [(text, {"template": text}) for text in texts]
    ours, theirs = judged("run", cases), judged("jinja", cases)
    passed = [one.case for one, other in zip(ours, theirs, strict=True) if one.how == "passed" != other.how]
    shown = {one.case: one.detail for one in ours}
    for case in passed:
        said = json.loads(shown[case])
        assert all(text is None or isinstance(text, str) for text in said)
        assert "__" not in "".join(text or "" for text in said), case
    assert sum(other.how == "failed" for other in theirs) > len(texts) // 2


def test_the_examples_of_what_escapes_are_stopped_by_jinja_too_or_are_beyond_it() -> None:
    (verdict,) = judged("jinja", [("format", {"template": "{{ '{0.__class__}'.format(name) }}"})])
    assert verdict.how == "failed"

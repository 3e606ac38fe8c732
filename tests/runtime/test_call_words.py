"""What Python says of a wrong call is told in words of the language."""

from __future__ import annotations

import pytest

from tests.codegen_templates.rendering import rendered
from turbo_yaml.runtime.failures import Failures, as_flow_error


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (
            "{% macro m(a) %}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3) }}",
            "`m` takes 1 values in a row, and got 3",
        ),
        ("{% macro m(a) %}{{ varargs }}{% endmacro %}{{ m(b=4) }}", "`m` has no parameter `b`"),
        ("{{ ['a']|map('replace', 'a')|list }}", "`replace` needs a value for `new`"),
    ],
)
def test_a_wrong_call_is_told_without_words_of_python(template: str, words: str) -> None:
    with pytest.raises(Failures) as caught:
        rendered(template, {})
    failure = as_flow_error(caught.value)
    assert (failure.kind, failure.message) == ("type", words)

"""Generated code and the runtime agree on the names between them."""

from __future__ import annotations

from turbo_yaml.codegen.support_names import STEP_SUPPORT
from turbo_yaml.codegen.templates import SUPPORT
from turbo_yaml.runtime import support, values


def test_the_runtime_provides_every_name_that_steps_use() -> None:
    assert STEP_SUPPORT <= support.STEPS


def test_the_runtime_provides_every_name_that_templates_use() -> None:
    assert all(getattr(support, name) is getattr(values, name) for name in SUPPORT)


def test_no_name_is_used_by_both() -> None:
    assert not STEP_SUPPORT & SUPPORT

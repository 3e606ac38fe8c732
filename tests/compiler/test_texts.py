"""Flows that are text and in no file."""

from __future__ import annotations

import asyncio
import gc
import linecache
import traceback
from pathlib import Path

import pytest

from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import FlowError
from turbo_yaml.runtime.function import TurboGenFn

BROKEN = "turbo: 1\nsteps:\n  - result: '{{ 1 / 0 }}'\n"


def told(fn: TurboGenFn) -> str:
    """Return the traceback of a run that fails."""
    with pytest.raises(FlowError) as caught:
        asyncio.run(fn().run())
    return "".join(traceback.format_exception(caught.value))


def test_a_flow_in_no_file_is_called_flow() -> None:
    fn = loads(BROKEN)
    assert (fn.name, fn.fn.__name__) == ("flow", "flow")
    assert loads(BROKEN, name="order.yaml").name == "order"


def test_a_traceback_shows_the_lines_of_a_text() -> None:
    assert "- result: '{{ 1 / 0 }}'" in told(loads(BROKEN))


def test_a_traceback_shows_what_is_in_the_file_of_that_name(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text("one\ntwo\nthree\n")
    assert "three" in told(loads(BROKEN, name=str(path)))


def test_the_lines_are_let_go_with_the_function() -> None:
    fn = loads(BROKEN, name="<gone>")
    assert "<gone>" in linecache.cache
    again = loads(BROKEN, name="<gone>")
    del fn
    gc.collect()
    assert "<gone>" in linecache.cache
    del again
    gc.collect()
    assert "<gone>" not in linecache.cache

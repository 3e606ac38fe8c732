"""What chooses among several replies is a part of what was asked: another choice is another reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from turbo_yaml.models.request import Reply, Request
from turbo_yaml.protocol import User
from turbo_yaml.runtime.recording.replies import asked_data


def last(replies: Sequence[Reply]) -> Reply:
    return replies[-1]


def asked(**settings: Any) -> dict[str, Any]:
    return asked_data(Request("m", [User("hi")], settings))


def test_another_way_to_choose_asks_for_something_else() -> None:
    ways = [asked(n=2), asked(n=2, select_choice="longest"), asked(n=2, select_choice=last), asked(n=3)]
    assert len({str(sorted(way.items())) for way in ways}) == 4
    assert asked(n=2) == asked(n=2, select_choice="first")


def test_a_way_to_choose_among_one_changes_nothing() -> None:
    assert asked(select_choice="longest") == asked()

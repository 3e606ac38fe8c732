"""What comes into a flow is plain data: whatever a host hands over, no object of Python's gets in."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import datetime
import decimal
import enum
import io
import pathlib
import sys
import types
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from tests.runtime.talking import Talker
from turbo_yaml import loads
from turbo_yaml.errors import TurboError
from turbo_yaml.models.request import Reply


@dataclasses.dataclass
class Record:
    secret: str = "planted"


class Colour(enum.Enum):
    RED = "planted"


class Words(str):
    """A text that does what it likes."""

    __slots__ = ("more",)

    def __str__(self) -> str:
        raise AssertionError("a method of the host's was called")

    __len__ = __add__ = __format__ = upper = __str__  # type: ignore[assignment]


class Table(Mapping[str, Any]):
    """A map that is no dict."""

    def __getitem__(self, key: str) -> Any:
        return {"a": 1}[key]

    def __iter__(self) -> Any:
        return iter(("a",))

    def __len__(self) -> int:
        return 1


def circle() -> list[Any]:
    inside: list[Any] = []
    inside.append(inside)
    return inside


def deep() -> list[Any]:
    inside: list[Any] = []
    for _ in range(100_000):
        inside = [inside]
    return inside


NO_DATA: dict[str, Any] = {
    "object": object(), "module": sys, "file": io.StringIO("planted"), "generator": (i for i in [1]),
    "function": lambda: 1, "class": type, "bytes": b"planted", "set": {1}, "decimal": decimal.Decimal(1),
    "date": datetime.date(2020, 1, 1), "path": pathlib.Path("/"), "uuid": uuid.UUID(int=1),
    "exception": ValueError("planted"), "namespace": types.SimpleNamespace(a=1), "memory": memoryview(b"x"),
    "bytearray": bytearray(b"x"), "frozenset": frozenset(), "complex": 1j, "ellipsis": ..., "range": range(3),
    "nan": float("nan"), "infinity": float("inf"), "number as key": {1: 2}, "tuple as key": {(1, 2): 3},
    "inside a list": [object()], "far inside": {"a": {"b": [sys]}}, "circle": circle(), "deep": deep(),
    "long number": 10**5000, "long number inside": [-(10**5000)],
}  # fmt: skip
DATA: dict[str, tuple[Any, Any]] = {
    "text of a class of its own": (Words("hi"), "hi"),
    "map of a class of its own": (Table(), {"a": 1}),
    "ordered map": (collections.OrderedDict(a=1), {"a": 1}),
    "tuple": ((1, "a"), [1, "a"]),
    "list within": ([Words("hi")], ["hi"]),
}
AS_DATA_OF_TOOLS = {"dataclass": (Record(), {"secret": "planted"}), "enum": (Colour.RED, "planted")}
ROUND = "- log: 'a {{ y }}'\n- return: {kept: '{{ y }}'}\n"


async def as_input(value: Any) -> Any:
    return await loads(f"turbo: 1\ninputs: {{y: any}}\nsteps:\n{ROUND}")(y=value).finish()


async def as_answer(value: Any) -> Any:
    return await loads(f"turbo: 1\nsteps:\n- {{input: What?, as: y}}\n{ROUND}")().finish([value])


async def as_typed_answer(value: Any) -> Any:
    flow = f"turbo: 1\nsteps:\n- {{input: What?, type: any, as: y}}\n{ROUND}"
    return await loads(flow)().finish([value])


async def as_result(value: Any) -> Any:
    flow = f"turbo: 1\ntools: {{t: {{description: x}}}}\nsteps:\n- {{tool: t, as: y}}\n{ROUND}"
    return await loads(flow, tools={"t": lambda: value})().finish()


WAYS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "input": as_input, "answer": as_answer, "typed answer": as_typed_answer, "result": as_result,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", NO_DATA)
def test_what_is_no_data_does_not_get_in(kind: str, way: str) -> None:
    with pytest.raises(TurboError) as caught:
        asyncio.run(WAYS[way](NO_DATA[kind]))
    assert "planted" not in f"{caught.value}" and "Exceeds" not in f"{caught.value}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", DATA)
def test_what_is_like_data_gets_in_as_plain_data(kind: str, way: str) -> None:
    given, plain = DATA[kind]
    kept = asyncio.run(WAYS[way](given))["kept"]
    assert kept == plain and type(kept) is type(plain)
    inner = kept[0] if isinstance(kept, list) else None
    assert type(inner) in (int, str, type(None))


@pytest.mark.parametrize("way", ["input", "answer", "typed answer"])
@pytest.mark.parametrize("kind", AS_DATA_OF_TOOLS)
def test_records_and_words_of_a_host_are_data_where_tools_give_them_back_alone(kind: str, way: str) -> None:
    given, plain = AS_DATA_OF_TOOLS[kind]
    assert asyncio.run(as_result(given))["kept"] == plain
    with pytest.raises(TurboError):
        asyncio.run(WAYS[way](given))


@pytest.mark.parametrize("kind", [name for name in NO_DATA if name not in ("circle", "deep")])
def test_a_reply_of_a_hosts_model_that_is_no_text_is_an_error(kind: str) -> None:
    async def work() -> Any:
        talker = Talker(lambda _: Reply(NO_DATA[kind]))
        flow = "turbo: 1\nsteps:\n- user: a\n- {generate: {}, as: y}\n" + ROUND
        return await loads(flow).using(model=talker)().finish()

    with pytest.raises(TurboError, match="no text"):
        asyncio.run(work())

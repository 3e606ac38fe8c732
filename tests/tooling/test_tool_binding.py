"""Python functions to tools: what they say of themselves, and how that is held against a declaration."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Optional, TypedDict

import pytest

import turbo_yaml
from tests.tooling.working import calls, work
from turbo_yaml.errors import UsageError
from turbo_yaml.tools.annotations import shape_of
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.file import read_tool_file
from turbo_yaml.tools.python import function_tool
from turbo_yaml.tools.signature import signature_of


class Place(TypedDict):
    """Somewhere."""

    city: str
    zip: NotRequired[int]


@dataclass
class Item:
    """Something ordered."""

    name: str
    count: int = 1
    tags: list[str] = field(default_factory=list)


class Color(Enum):
    """A color."""

    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (Any, {}),
        (None | str, {"type": ["null", "string"]}),
        (Optional[int], {"type": ["integer", "null"]}),  # noqa: UP045
        (str | list[int], {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]}),
        (Literal["a", "b"], {"enum": ["a", "b"]}),
        (list, {"type": "array"}),
        (list[str], {"type": "array", "items": {"type": "string"}}),
        (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Mapping[str, Any], {"type": "object", "additionalProperties": {}}),
        (Annotated[int, "how many"], {"type": "integer", "description": "how many"}),
        (Color, {"enum": ["red", "blue"]}),
        (
            Place,
            {
                "type": "object",
                "properties": {"city": {"type": "string"}, "zip": {"type": "integer"}},
                "required": ["city"],
                "additionalProperties": False,
            },
        ),
    ],
)
def test_an_annotation_is_a_schema(annotation: Any, schema: dict[str, Any]) -> None:
    assert shape_of(annotation).schema == schema


@dataclass
class Node:
    """Something that holds itself."""

    inner: list[Node]


@pytest.mark.parametrize("annotation", [bytes, object(), tuple[int, str], dict[int, str], Path, Node])
def test_an_annotation_without_words_in_json_schema_is_refused(annotation: Any) -> None:
    with pytest.raises(UsageError):
        shape_of(annotation)


def test_a_function_says_what_it_takes_and_what_it_is_for() -> None:
    def order(item: Item, *, color: Color | None = None, many: Annotated[int, "how many"] = 1) -> list[str]:
        """Order something.

        It comes by mail.

        Args:
            item: what to order
            color (Color): in which color

        Returns:
            The numbers.
        """
        return []

    said = signature_of(order)
    assert said.description == "Order something.\n\nIt comes by mail."
    assert said.schema["required"] == ["item"]
    assert said.schema["properties"]["many"] == {"type": "integer", "description": "how many"}
    assert said.schema["properties"]["item"]["description"] == "what to order"
    assert said.schema["properties"]["color"]["description"] == "in which color"
    assert said.returns == {"type": "array", "items": {"type": "string"}}


def test_the_model_is_told_what_the_function_says_where_nothing_is_declared() -> None:
    def add(a: int, b: int = 0) -> int:
        """Add two numbers."""
        return a + b

    tool = function_tool(add, Declaration(name="add"))
    assert tool.description == "Add two numbers."
    assert tool.parameters["properties"] == {"a": {"type": "integer"}, "b": {"type": "integer"}}
    assert tool.parameters["required"] == ["a"]


def test_data_becomes_what_the_annotations_promise() -> None:
    seen: list[Any] = []

    def order(items: list[Item], color: Color, first: Item | None = None) -> Item:
        seen.extend([*items, color, first])
        return items[0]

    given = {"items": [{"name": "a"}, {"name": "b", "count": 2}], "color": "blue", "first": {"name": "c"}}
    done = work(
        "tools: {order: }\nsteps: [{generate: {tools: [order]}}]",
        tools=[order],
        model=[calls(("order", given)), "Ordered."],
    )
    assert seen == [Item("a"), Item("b", 2), Color.BLUE, Item("c")]
    assert done.told == ['{"name":"a","count":1,"tags":[]}']


DECLARED = """turbo: 1
tools: {find: {with: {id: integer, sort?: {enum: [up, down]}}, returns: string}}
steps: [stop]
"""


def fits_not(function: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        turbo_yaml.loads(DECLARED, name="shop.yaml", tools={"find": function})
    assert "the tool `find`, declared at shop.yaml:2, does not fit the function" in caught.value.message
    assert "test_tool_binding.py:" in caught.value.message
    return caught.value


def test_a_function_that_lacks_a_parameter_is_refused_at_load() -> None:
    def find(idd: int = 0, sort: str = "") -> str:
        return ""

    error = fits_not(find)
    assert "it takes no `id`" in error.message
    assert error.hint == "did you mean `idd`?"


def test_a_function_that_needs_more_than_is_declared_is_refused_at_load() -> None:
    def find(id: int, user: str, sort: str = "up") -> str:
        return ""

    assert "it needs `user`, which `with` does not have" in fits_not(find).message


def test_a_function_that_needs_what_may_be_left_out_is_refused_at_load() -> None:
    def find(id: int, sort: str) -> str:
        return ""

    assert "it needs `sort`, which may be left out" in fits_not(find).message


def test_a_function_that_takes_another_type_is_refused_at_load() -> None:
    def find(id: str, sort: str = "up") -> str:
        return ""

    assert "it takes `string` as `id`, and `with` says `integer`" in fits_not(find).message


def test_a_function_that_takes_fewer_labels_is_refused_at_load() -> None:
    def find(id: int, sort: Literal["up"] = "up") -> str:
        return ""

    assert "it does not take `down` as `sort`" in fits_not(find).message


def test_a_function_that_gives_back_another_type_is_refused_at_load() -> None:
    def find(id: int, sort: str = "up") -> list[str]:
        return []

    assert "it gives back `array`, and `returns` says `string`" in fits_not(find).message


def test_a_docstring_that_tells_of_what_the_function_does_not_take_is_refused_at_load() -> None:
    def find(id: int, sort: str = "up") -> str:
        """Find it.

        Args:
            idd: its number

        Raises:
            KeyError: where there is none
        """
        return ""

    error = fits_not(find)
    assert "its docstring tells of `idd`, which it does not take" in error.message
    assert error.hint == "did you mean `id`?"

    def other(id: int, sort: str = "up") -> str:
        """Find it.

        :param order: what to find
        :raises KeyError: where there is none
        """
        return ""

    assert "tells of `order`" in fits_not(other).message


def test_what_a_declaration_leaves_out_the_docstring_says() -> None:
    def find(id: int, sort: str = "up") -> str:
        """Find it.

        Args:
            id: the number on the bill
            sort: not told, for it is declared
        """
        return ""

    declared = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "sort": {"type": "string", "description": "how"}},
        "required": ["id"],
    }
    tool = function_tool(find, Declaration(name="find", parameters=declared))
    assert tool.description == "Find it."
    assert tool.parameters["properties"] == {
        "id": {"type": "integer", "description": "the number on the bill"},
        "sort": {"type": "string", "description": "how"},
    }
    assert "description" not in declared["properties"]["id"]  # type: ignore[index]


def test_a_parameter_without_a_name_is_refused_at_load() -> None:
    def find(id: int, /, sort: str = "up") -> str:
        return ""

    assert "`id` cannot be given by its name" in fits_not(find).message


def test_an_annotation_without_words_names_its_parameter() -> None:
    def find(id: bytes) -> str:
        return ""

    assert "`id`: `bytes` has no words in JSON Schema" in fits_not(find).message


def test_functions_that_fit_are_taken() -> None:
    async def wide(id: float, sort: str | None = None, **more: Any) -> str | None:
        return ""

    class Finder:
        def __call__(self, id: int, sort: str = "up") -> str:
            return ""

    for function in (
        wide,
        Finder(),
        lambda **given: "",
        functools.partial(wide, id=1),
        lambda id, sort="": 1,
    ):
        fn = turbo_yaml.loads(DECLARED, tools={"find": function})
        assert asyncio.run(fn().finish()) is None


def test_an_asynchronous_object_is_awaited() -> None:
    class Finder:
        async def __call__(self, id: int) -> int:
            return id + 1

    done = work(
        "tools: {find: }\nsteps: [{tool: find, with: {id: 1}, as: x}, {return: '{{ x }}'}]",
        tools={"find": Finder()},
    )
    assert done.outcome == 2


def test_functions_may_go_by_their_own_names() -> None:
    def find(id: int) -> int:
        return id

    assert (
        work(
            "tools: {find: }\nsteps: [{tool: find, with: {id: 1}, as: x}, {return: '{{ x }}'}]", tools=[find]
        ).outcome
        == 1
    )


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(UsageError, match="which is no function"):
        turbo_yaml.loads(DECLARED, tools={"find": 3})


def test_tools_that_are_given_later_join_those_given_before() -> None:
    fn = turbo_yaml.loads(
        "turbo: 1\ntools: {a: , b: }\nsteps: [{tool: a, as: x}, {tool: b, as: y}, {return: '{{ x ~ y }}'}]",
        tools={"a": lambda: "1", "b": lambda: "2"},
    ).using(tools={"b": lambda: "3"})

    async def outcome() -> Any:
        async with fn() as run:
            return (await run.run()).content

    assert asyncio.run(outcome()) == "13"


def test_settings_of_a_flow_whose_tools_are_not_bound_can_be_read() -> None:
    fn = turbo_yaml.loads("turbo: 1\ntools: {a: }\nsteps: [{tool: a}]")
    assert fn.configure({"temperature": 0}).settings == {"temperature": 0}
    with pytest.raises(UsageError, match="bound to no function"):
        fn()


# Files of functions ------------------------------------------------------------------------------------


def test_the_public_functions_of_a_file_are_its_tools(tmp_path: Path) -> None:
    (tmp_path / "beside_tools_file.py").write_text("def helped(): return 3\n", encoding="utf-8")
    file = tmp_path / "tools.py"
    file.write_text(
        "from os.path import join\nfrom beside_tools_file import helped\n"
        "def find(): return helped()\nasync def send(): pass\ndef _own(): pass\nclass Thing: pass\nx = 3\n",
        encoding="utf-8",
    )
    read = read_tool_file(file)
    assert sorted(read) == ["find", "send"]
    assert read["find"]() == 3


def test_a_file_may_name_its_tools(tmp_path: Path) -> None:
    file = tmp_path / "tools.py"
    file.write_text("__all__ = ['join']\nfrom os.path import join\ndef other(): pass\n", encoding="utf-8")
    assert [*read_tool_file(file)] == ["join"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def broken(:\n", "line 1: SyntaxError"),
        ("\nraise RuntimeError('no database')\n", "line 2: RuntimeError: no database"),
        ("import nothing_of_this_name\n", "ModuleNotFoundError"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("__all__ = ['gone']\n", "no function `gone`"),
    ],
)
def test_a_file_that_cannot_be_run_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "tools.py"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_tool_file(file)
    assert told in caught.value.message


def test_a_file_that_is_not_there_or_no_python_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file `.*tools\.py`"):
        read_tool_file(tmp_path / "tools.py")
    (tmp_path / "tools.txt").write_text("x = 1\n")
    for path in (tmp_path, tmp_path / "tools.txt"):
        with pytest.raises(UsageError, match="is no Python file"):
            read_tool_file(path)

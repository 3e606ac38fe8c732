"""Calls of tools in a recorded run: done once, and where that is not sure never again by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.talking import Talker, in_loop
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import FlowError, JournalError, ToolError
from turbo_yaml.journal.journal import Journal
from turbo_yaml.models.request import Reply
from turbo_yaml.protocol import GetInput, Result, ToolCall
from turbo_yaml.runtime.frames import current_frame
from turbo_yaml.runtime.function import TurboGenFn


class Shop:
    """A flow with a tool, and what the tool was told."""

    def __init__(self, folder: Path, *results: Any) -> None:
        self.results = list(results)
        self.called: list[Any] = []
        self.order = {"item": "pot"}
        self.fn = TurboGenFn(self.flow, model=Talker()).using(journal=Journal(folder))

    async def flow(self, memory: Any = None) -> AsyncGenerator[Any, Any]:
        """Call the tool, ask, and tell what came of it."""
        frame = current_frame()
        assert frame is not None
        assert frame.host.recorder is not None
        try:
            found = await frame.host.recorder.tool(frame, "buy", self.order, self.buy)
        except FlowError as problem:
            found = [type(problem).__name__, problem.kind, problem.message]
        yield GetInput("Go on?")
        yield Result(found, done=True)

    async def buy(self) -> Any:
        """Do what cannot be undone."""
        self.called.append(dict(self.order))
        result = self.results.pop(0)
        if isinstance(result, BaseException):
            raise result
        return result

    async def stop(self) -> str:
        """Begin a run and close it at its question."""
        run = self.fn()
        await run.run()
        await run.aclose()
        return run.name or ""

    async def break_off(self) -> str:
        """Begin a run that is cancelled while the tool is at work."""
        self.results.insert(0, asyncio.CancelledError())
        run = self.fn()
        with pytest.raises(asyncio.CancelledError):
            await run.run()
        return run.name or ""

    async def go_on(self, name: str, **how: Any) -> Any:
        """Go on with a run to its end; return its outcome."""
        run = self.fn.resume(name, **how)
        assert (await run.run()).needs_input
        return (await run.run("yes")).content


def test_a_tool_that_was_called_is_not_called_again(tmp_path: Path) -> None:
    async def work() -> None:
        shop = Shop(tmp_path, {"paid": 7})
        assert await shop.go_on(await shop.stop()) == {"paid": 7}
        assert len(shop.called) == 1

    in_loop(work())


def test_a_failure_of_a_tool_is_the_same_failure_again(tmp_path: Path) -> None:
    async def work() -> None:
        shop = Shop(tmp_path, ToolError("sold out", kind="stock"))
        assert await shop.go_on(await shop.stop()) == ["ToolError", "stock", "sold out"]
        assert len(shop.called) == 1

    in_loop(work())


def test_a_tool_that_was_at_work_is_called_again_only_where_that_is_said(tmp_path: Path) -> None:
    async def work() -> None:
        shop = Shop(tmp_path, {"paid": 7})
        name = await shop.break_off()
        with pytest.raises(JournalError, match="whether it did its work is not known"):
            await shop.go_on(name)
        assert len(shop.called) == 1
        assert (await shop.go_on(name, unsure="retry")) == {"paid": 7}
        assert len(shop.called) == 2

    in_loop(work())


def test_a_tool_that_was_at_work_can_be_left_alone(tmp_path: Path) -> None:
    async def work() -> None:
        shop = Shop(tmp_path)
        found = await shop.go_on(await shop.break_off(), unsure="skip")
        assert found[:2] == ["ModelError", "unsure"]
        assert len(shop.called) == 1

    in_loop(work())


def test_other_arguments_are_noticed(tmp_path: Path) -> None:
    async def work() -> None:
        shop = Shop(tmp_path, {"paid": 7}, {"paid": 9})
        name = await shop.stop()
        shop.order = {"item": "pan"}
        with pytest.raises(JournalError) as caught:
            await shop.go_on(name)
        assert '"pan"' in caught.value.diff  # type: ignore[attr-defined]
        assert await shop.go_on(name, on_change="rerun") == {"paid": 9}

    in_loop(work())


DESK = """\
turbo: 1
tools:
  find: {with: {id: integer}, returns: string}
  pay: {with: {amount: integer}, returns: string, approve: ask}
  write: {flow: letter}
flows:
  letter:
    inputs: {to: string}
    steps: [{user: "write to {{ to }}"}, {generate: {forward: false}, as: text}, {return: "{{ text }}"}]
steps:
  - user: settle it
  - generate: {tools: [find, pay, write], forward: false}
    as: answer
  - tool: find
    with: {id: 9}
    as: last
  - input: Go on?
  - return: "{{ answer }} {{ last }}"
"""


def test_turns_with_tools_go_on_where_they_were(tmp_path: Path) -> None:
    """Each time the run is broken off a little later; in the end nothing was done twice."""

    async def work() -> None:
        called: list[Any] = []

        def find(id: int) -> str:
            called.append(("find", id))
            return f"order {id}"

        def pay(amount: int) -> str:
            called.append(("pay", amount))
            return "paid"

        def calls(*wanted: tuple[str, str]) -> Reply:
            return Reply(tool_calls=tuple(ToolCall(f"c{n}", *each) for n, each in enumerate(wanted)))

        replies = [
            calls(("find", '{"id": 1}'), ("find", '{"id": 2}')),
            calls(("pay", '{"amount": 5}'), ("write", '{"to": "Ada"}')),
            "Dear Ada",
            "settled",
        ]
        model = Talker(*replies)
        fn = loads(DESK, tools={"find": find, "pay": pay}).using(model=model, journal=Journal(tmp_path))
        run = fn()
        assert "`pay`" in (await run.run()).content
        name = run.name or ""
        for answer, question in (("yes", "Go on?"), ("yes", None)):
            await run.aclose()
            run = fn.resume(name)
            await run.run()
            result = await run.run(answer)
            assert result.content == (question or "settled order 9")
        assert called == [("find", 1), ("find", 2), ("pay", 5), ("find", 9)]
        assert len(model.requests) == 4
        with Journal(tmp_path) as journal:
            places = {event.place for event in journal.events(journal.run(name))}
            lines = {event.place: event.line for event in journal.events(journal.run(name))}
        assert (lines["generate"], lines["input"]) == ("<text>:12", "<text>:17")
        assert {"calls/1/find", "calls/2/find", "calls[2]/1/pay", "find"} <= places
        assert {"calls[2]/1/input", "calls[2]/2/letter/generate"} <= places

    in_loop(work())


def test_data_comes_back_in_the_order_that_it_had(tmp_path: Path) -> None:
    async def work() -> None:
        shop = Shop(tmp_path, {"z": 1, "a": {"y": 2, "b": 3}})
        run = shop.fn.resume(await shop.stop())
        await run.run()
        found = (await run.run("yes")).content
        assert ([*found], [*found["a"]], len(shop.called)) == (["z", "a"], ["y", "b"], 1)
        await run.aclose()

    in_loop(work())


def test_a_call_is_recorded_with_the_line_of_the_flow_that_made_it(tmp_path: Path) -> None:
    text = (
        "turbo: 1\ntools: {find: {description: Find., with: {id: integer}}}\nsteps:\n  - user: Hi\n"
        "  - generate: {tools: [find]}\n  - tool: find\n    with: {id: 8}\n    as: found\n"
        "  - parallel:\n      a: [{tool: find, with: {id: 9}, as: x}]\n"
    )

    async def work() -> None:
        journal = Journal(tmp_path)
        model = Talker(Reply(tool_calls=(ToolCall("1", "find", '{"id": 7}'),)), "Here.")
        fn = loads(text, name="a.yaml", tools={"find": lambda id: id}).using(model=model, journal=journal)
        async with fn() as run:
            await run.run()
            while not run.done:
                await run.run()
            events = journal.events(journal.run(run.name or ""))
        assert [(event.kind, event.line) for event in events if event.kind == "tool"] == [
            ("tool", "a.yaml:5"),
            ("tool", "a.yaml:6"),
            ("tool", "a.yaml:10"),
        ]
        await fn.aclose()
        journal.close()

    in_loop(work())

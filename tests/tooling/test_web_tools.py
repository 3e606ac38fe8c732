"""Tools of servers in runs: HTTP requests and MCP servers, called by models and by steps."""

from __future__ import annotations

import asyncio
import gc
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import turbo_yaml
from tests.tools.mcp_servers import gone, is_running, odd, pids_in, written_pids
from tests.tools.web import Web
from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.runtime.function import TurboGenFn

ROOT = Path(__file__).parents[2]
KEY = "planted-secret-0123456789"
HTTP = """
turbo: 1
tools:
  find_order:
    description: Look an order up.
    http: GET {url}/orders/{{id}}
    with: {{id: integer}}
    returns: {{id: integer, total: number}}
    secret: SHOP_KEY
steps:
"""
STEP = """
  - tool: find_order
    with: {id: 7}
    as: order
  - return: "{{ order.total }}"
"""
TURN = """
  - user: What does order 7 cost?
  - generate: {tools: [find_order]}
"""
MCP = """
turbo: 1
tools:
  look_around: {{mcp: {{command: {command}}}, allow: [look]}}
steps:
"""


def loaded(text: str, script: Sequence[Any] = (), *allow: str) -> TurboGenFn:
    """Return a flow whose model replies as scripted, under what is allowed."""
    fn = turbo_yaml.loads(text).configure({"model": "script", "allow": list(allow)})
    return fn.using(script=list(script))


def calls(name: str, **arguments: Any) -> dict[str, Any]:
    """Return a reply that calls a tool."""
    return {"tool_calls": [{"name": name, "arguments": arguments}]}


def server(way: str, *more: str, steps: str) -> tuple[str, str]:
    """Return a flow with the steps that uses an MCP server, and the entry that allows it."""
    command = list(odd(way, *more))
    return MCP.format(command=command) + steps, f"mcp:{shlex.join(command)}"


# HTTP --------------------------------------------------------------------------------------------------


def ask_shop(
    steps: str, answers: list[Any], script: Sequence[Any], monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, list[Any], Web]:
    """Run a flow against a shop; return the outcome, the events and the shop."""
    monkeypatch.setenv("SHOP_KEY", KEY)
    events: list[Any] = []

    async def run() -> tuple[Any, list[Any], Web]:
        async with Web(answers) as web:
            place = f"127.0.0.1:{web.port}"
            text = HTTP.format(url=web.origin) + steps
            fn = loaded(text, script, f"http:{place}", f"secret:SHOP_KEY@{place}")
            async with fn().listen(events.append) as running:
                result = await running.run()
                while not result.done:
                    result = await running.run()
            return result.content, [event.to_data() for event in events], web

    return asyncio.run(run())


def test_a_step_calls_an_http_tool_with_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, events, web = ask_shop(STEP, [{"body": {"id": 7, "total": 9.5}}], (), monkeypatch)
    assert outcome == 9.5
    assert web.last.path == "/orders/7" and web.last.headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in str(events)


def test_a_model_calls_an_http_tool_and_hears_of_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    replies = [calls("find_order", id=7), calls("find_order", id=7), "It costs 9.5."]
    answers = [{"status": 503, "body": f"closed, {KEY}"}, {"body": {"id": 7, "total": 9.5}}]
    outcome, events, _ = ask_shop(TURN, answers, replies, monkeypatch)
    assert outcome == "It costs 9.5."
    told = [event["content"] for event in events if event["event"] == "tool_result"]
    assert told == ["`127.0.0.1` answered 503: closed, ***", {"id": 7, "total": 9.5}]
    assert KEY not in str(events)


def test_an_answer_that_is_not_as_declared_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FlowError, match="not as declared"):
        ask_shop(STEP, [{"body": {"id": 7, "total": "much"}}], (), monkeypatch)


def test_what_is_not_allowed_is_refused_before_the_first_step() -> None:
    text = HTTP.format(url="https://shop.example") + "  - user: hi\n  - generate: {tools: [find_order]}\n"
    with pytest.raises(UsageError, match=r"calls `shop\.example`, which is not allowed"):
        loaded(text)()
    text, _ = server("well", steps="  - generate: {tools: [look_around]}\n")
    with pytest.raises(UsageError, match="which is not allowed"):
        loaded(text)()


# MCP ---------------------------------------------------------------------------------------------------


def test_a_step_and_a_model_call_the_tools_of_a_server_which_ends_with_the_run(tmp_path: Path) -> None:
    steps = """
  - tool: look_around.look
    with: {far: true}
    as: seen
  - generate: {tools: [look_around]}
  - return: "{{ seen.arguments }}"
"""
    text, entry = server("well", str(tmp_path / "pids"), steps=steps)

    async def run() -> Any:
        running = loaded(text, [calls("look", near=1), "I see."], entry)()
        result = await running.run()
        pids = await pids_in(tmp_path / "pids")
        assert all(map(is_running, pids)) and len(pids) == 1
        while not result.done:
            result = await running.run()
        await gone(pids)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result.content

    assert asyncio.run(run()) == {"far": True}


def test_a_name_that_a_server_does_not_have_is_a_failure_with_the_nearest_one() -> None:
    text, entry = server("well", steps="  - tool: look_around.lok\n")

    async def run() -> None:
        async with loaded(text, (), entry)() as running:
            await running.run()

    with pytest.raises(FlowError, match="has no tool `lok`") as caught:
        asyncio.run(run())
    assert caught.value.kind == "unknown_tool" and caught.value.hint == "did you mean `look`?"


def test_two_servers_with_one_name_for_a_tool_are_told_apart() -> None:
    command = list(odd("well"))
    text = f"turbo: 1\ntools:\n  a: {{mcp: {{command: {command}}}}}\n  b: {{mcp: {{command: {command}}}}}\n"
    text += "steps:\n  - generate: {tools: [a, b.look]}\n"

    async def run() -> list[Any]:
        events: list[Any] = []
        fn = loaded(text, [calls("look"), calls("b_look"), "done"], f"mcp:{shlex.join(command)}")
        async with fn().listen(events.append) as running:
            while not (await running.run()).done:
                pass
        return [event.error for event in events if event.kind == "tool_result"]

    assert asyncio.run(run()) == [None, None]


@pytest.mark.parametrize("ending", ["closed", "failed", "cancelled", "forgotten"])
def test_a_server_ends_however_its_run_ends(ending: str, tmp_path: Path) -> None:
    after = {"closed": "  - input: more?", "forgotten": "  - input: more?", "failed": "  - raise: enough"}
    steps = f"  - tool: look_around.look\n{after.get(ending, '  - sleep: 60s')}\n"
    text, entry = server("child", str(tmp_path / "pids"), steps=steps)
    if ending != "cancelled":
        text, entry = server("well", str(tmp_path / "pids"), steps=steps)

    async def run() -> None:
        running: Any = loaded(text, (), entry)()
        if ending == "cancelled":
            task = asyncio.ensure_future(running.run())
            pids = await pids_in(tmp_path / "pids")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        elif ending == "failed":
            with pytest.raises(FlowError, match="enough"):
                await running.run()
            pids = written_pids(tmp_path / "pids")
        else:
            assert (await running.run()).needs_input
            pids = written_pids(tmp_path / "pids")
            assert all(map(is_running, pids))
            if ending == "closed":
                await running.aclose()
        del running
        gc.collect()
        await gone(pids)

    asyncio.run(run())


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_a_run_from_the_command_line_with_its_server(
    name: str, code: int, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    text, entry = server("stubborn", str(pids), steps="  - tool: look_around.look\n")
    (tmp_path / "flow.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "turbo_yaml", "run", "flow.yaml", "--allow", entry]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True) as process:

        async def stop() -> None:
            found = await pids_in(pids)
            process.send_signal(getattr(signal, name))
            _, told = await asyncio.to_thread(process.communicate, timeout=10)
            assert "Traceback" not in told
            assert process.returncode == code
            await gone(found)

        asyncio.run(stop())
